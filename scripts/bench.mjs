import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { build, install, root, run } from './setup.mjs';

/** `npm run bench -- [--json FILE] [--cases a,b] [--subjects a,b] [--runs 7] [--threads 2] [--profile]` */
install();
build();
// The peers' own install scripts download what is not needed on a CPU.
if (!process.argv.includes('--profile')) {
  const options = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'];
  spawnSync('npm', options, { cwd: join(root, 'bench', 'peers'), stdio: 'inherit' });
}
run(process.execPath, [join(root, 'bench', 'dist', 'main.js'), ...process.argv.slice(2)]);
