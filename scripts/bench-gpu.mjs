import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench:gpu -- [--size 64] [--quick] [--networks a,b] [--rounds 3] [--chromium] [--adapter NAME] [--subjects a,b] [--json FILE]` */
await install();
if (process.argv.includes('--chromium')) ensureChromium();
await build();
await run(process.execPath, [join(root, 'bench', 'dist', 'gpu', 'main.js'), ...process.argv.slice(2)]);
