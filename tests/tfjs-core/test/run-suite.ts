import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { softwareVulkan } from '../../../scripts/chromium.mjs';
import type { EngineReport, WebGPUReport } from '../suite/report';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'node_modules', '.cache');

/** The programs of suite/. */
type Program = 'main' | 'webgpu';

/** Bundles a program: tfjs-core's ES modules, in a package that says they are CommonJS, load in Node no other way. */
export async function buildSuite(program: Program): Promise<void> {
  await build({
    entryPoints: [join(root, 'suite', `${program}.ts`)],
    outfile: join(folder, `${program}.cjs`),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // The same files for the tests' relative imports of tfjs-core and for the backends' imports of the package.
    mainFields: ['module', 'main'],
    // tfjs's modules register kernels and gradients as they load: none may be shaken off.
    ignoreAnnotations: true,
    external: ['jasmine-core', 'jasmine-core/*', 'webgpu'],
    logLevel: 'error',
  });
}

/** Runs the suite on the CPU engine in a process of its own, which must end by itself. */
export const runSuite = (o: { simd: string; threads: number }): Promise<EngineReport> =>
  run('main', `report-${o.simd}-${o.threads}.json`, ['--simd', o.simd, '--threads', String(o.threads)]);

/** Runs the part of it that is about our WGSL kernels, on WebGPU through Dawn. */
export const runWebGPUSuite = (): Promise<WebGPUReport> => run('webgpu', 'report-webgpu.json', ['--backend', 'webgpu']);

async function run<R>(program: Program, report: string, options: string[]): Promise<R> {
  const file = join(folder, report);
  await promisify(execFile)(process.execPath, [join(folder, `${program}.cjs`), ...options, '--report', file], {
    cwd: root,
    env: { ...process.env, ...softwareVulkan() },
    timeout: 300_000,
    maxBuffer: 2 ** 26,
  });
  return JSON.parse(readFileSync(file, 'utf8'));
}
