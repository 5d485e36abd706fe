import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import type { Report } from '../suite/report';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'node_modules', '.cache');
const program = join(folder, 'suite.cjs');

/** Bundles the suite: tfjs-core's ES modules, in a package that says they are CommonJS, load in Node no other way. */
export async function buildSuite(): Promise<void> {
  await build({
    entryPoints: [join(root, 'suite', 'main.ts')],
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    // The same files for the tests' relative imports of tfjs-core and for the backends' imports of the package.
    mainFields: ['module', 'main'],
    // tfjs's modules register kernels and gradients as they load: none may be shaken off.
    ignoreAnnotations: true,
    external: ['jasmine-core', 'jasmine-core/*'],
    logLevel: 'error',
  });
}

/** Runs the suite in a process of its own, which must end by itself. */
export async function runSuite(o: { simd: string; threads: number }): Promise<Report> {
  const file = join(folder, `report-${o.simd}-${o.threads}.json`);
  const args = [program, '--simd', o.simd, '--threads', String(o.threads), '--report', file];
  await promisify(execFile)(process.execPath, args, { cwd: root, timeout: 300_000, maxBuffer: 2 ** 26 });
  return JSON.parse(readFileSync(file, 'utf8'));
}
