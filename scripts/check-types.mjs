import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build, root, tool, workspaces } from './setup.mjs';

/** Type-checks every workspace against the sources of the others, some at a time; what sources are generated is made first. */
build(['generate']);

const waiting = workspaces().filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
let isWrong = false;

async function worker() {
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    const compiler = spawn(tool('tsc'), ['-p', folder, '--noEmit'], {
      cwd: root,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    });
    const code = await new Promise((resolve) => compiler.on('close', resolve));
    if (code !== 0) isWrong = true;
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
process.exit(isWrong ? 1 : 0);
