import { join } from 'node:path';
import { build, install, root, run, tryRun } from './setup.mjs';

/** `npm run bench -- [--json FILE] [--cases a,b] [--subjects a,b] [--runs 7] [--threads 2] [--profile]` */
await install();
await build();
// The peers' own install scripts download what is not needed on a CPU.
if (!process.argv.includes('--profile')) {
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  await tryRun('npm', options, { cwd: join(root, 'bench', 'peers') });
}
await run(process.execPath, [join(root, 'bench', 'dist', 'main.js'), ...process.argv.slice(2)]);
