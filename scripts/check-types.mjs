import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build, root, tool, tryRun, workspaces } from './setup.mjs';

/** Type-checks every workspace against the sources of the others, some at a time; what sources are generated is made first. */
await build(['generate']);

const waiting = workspaces().filter((folder) => existsSync(join(root, folder, 'tsconfig.json')));
let isWrong = false;

async function worker() {
  for (let folder = waiting.shift(); folder !== undefined; folder = waiting.shift()) {
    if ((await tryRun(tool('tsc'), ['-p', folder, '--noEmit'])) !== 0) isWrong = true;
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
process.exit(isWrong ? 1 : 0);
