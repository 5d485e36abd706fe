import { join } from 'node:path';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench:training -- [--out FOLDER] [--steps 500] [--networks original,unet2d] [--threads 1]` */
await install();
await build();
await run(process.execPath, [join(root, 'bench', 'dist', 'training', 'main.js'), ...process.argv.slice(2)]);
