import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { install, root, run, tool, workspaces } from './setup.mjs';

/**
 * `npm run check`: what to run before every commit. Lint, imports, types and the tests of the packages that are quick, all on
 * sources: the CPU engine's generated files are the only thing that is made first, and once.
 */
const QUICK = ['schedules', 'safetensors', 'metrics', 'samplers'];

/** Packages whose types come from built files. */
const onSources = (folder) => {
  const config = join(root, folder, 'tsconfig.json');
  return existsSync(config) && !/"customConditions": \[\]/.test(readFileSync(config, 'utf8'));
};

install();
if (!existsSync(join(root, 'packages/kernels-cpu/src/machine/generated/jobs.ts'))) {
  run('npm', ['run', 'generate', '-w', '@denoiser/kernels-cpu', '--silent']);
}

const tsc = (folder) => [tool('tsc'), ['-p', folder, '--noEmit']];
const steps = [
  [tool('biome'), ['check', '--error-on-warnings', '.']],
  [process.execPath, ['scripts/check-imports.mjs']],
  [process.execPath, ['scripts/architecture-table.mjs']],
  [process.execPath, ['scripts/check-links.mjs']],
  ...workspaces().filter(onSources).map(tsc),
];

let isWrong = false;
async function worker() {
  for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
    const [command, args] = step;
    const child = spawn(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
    if ((await new Promise((resolve) => child.on('close', resolve))) !== 0) isWrong = true;
  }
}
await Promise.all(Array.from({ length: availableParallelism() }, worker));
run(tool('vitest'), ['run', '--silent', ...QUICK.map((name) => `packages/${name}/`)]);
process.exit(isWrong ? 1 : 0);
