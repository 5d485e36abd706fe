import { join } from 'node:path';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench -- [--json FILE] [--cases a,b] [--subjects a,b] [--runs 7] [--threads 2]` */
install();
build();
run(process.execPath, [join(root, 'bench', 'dist', 'main.js'), ...process.argv.slice(2)]);
