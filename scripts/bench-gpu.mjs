import { join } from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench:gpu`, with the options of docs/gpu.md. */
await install();
if (process.argv.includes('--chromium')) ensureChromium();
await build();
await run(process.execPath, [join(root, 'bench', 'dist', 'gpu', 'main.js'), ...process.argv.slice(2)]);
