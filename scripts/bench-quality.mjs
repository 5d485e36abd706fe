import { join } from 'node:path';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench:model -- …` and `npm run bench:classifier -- …`: see bench/src/models. */
await install();
await build();
const [program, ...args] = process.argv.slice(2);
await run(process.execPath, [join(root, 'bench', 'dist', 'models', `${program}.js`), ...args]);
