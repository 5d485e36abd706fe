import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench:web -- [--dawn] [--gpu] [--profile] [--json FILE] [--size 64] [--batch 1] [--time-size 16]` */
await install();
if (!process.argv.includes('--dawn')) ensureChromium();
await build();
await run(process.execPath, [join(root, 'bench', 'dist', 'web', 'main.js'), ...process.argv.slice(2)]);
