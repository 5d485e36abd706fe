import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build, root, tool, tryRun, workspaces } from './setup.mjs';

/** Type-checks every workspace against the sources of the others, some at a time; what sources are generated is made first. */
await build(['generate']);

const waiting = programs();
let isWrong = false;

async function worker() {
  for (let config = waiting.shift(); config !== undefined; config = waiting.shift()) {
    if ((await tryRun(tool('tsc'), ['-p', config, '--noEmit'])) !== 0) isWrong = true;
  }
}

await Promise.all(Array.from({ length: availableParallelism() }, worker));
process.exit(isWrong ? 1 : 0);

/**
 * Returns the configurations to check, the largest first. Workspaces of the same options are one program, in which what several of
 * them import is read once; that each does without what the others have is seen when its declarations are built.
 */
function programs() {
  const included = new Map();
  for (const folder of workspaces()) {
    const path = join(root, folder, 'tsconfig.json');
    if (!existsSync(path)) continue;
    const { include, ...config } = JSON.parse(readFileSync(path, 'utf8'));
    const key = JSON.stringify({ ...config, extends: join(root, folder, config.extends) });
    included.set(key, [...(included.get(key) ?? []), ...include.map((part) => join(root, folder, part))]);
  }
  const cache = join(root, 'node_modules', '.cache', 'types');
  mkdirSync(cache, { recursive: true });
  const largestFirst = [...included].sort(([, a], [, b]) => b.length - a.length);
  return largestFirst.map(([key, include], i) => {
    const config = join(cache, `tsconfig.${i}.json`);
    writeFileSync(config, JSON.stringify({ ...JSON.parse(key), include }));
    return config;
  });
}
