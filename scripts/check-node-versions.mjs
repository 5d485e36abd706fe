import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDigits } from './mnist-digits.mjs';
import { root } from './setup.mjs';

/** Runs the built command on the other Node versions that we promise: the npm registry has Node's binaries as packages. */
const versions = ['22', '24'];
const bin = join(root, 'packages', 'cli', 'dist', 'bin.js');

const work = mkdtempSync(join(tmpdir(), 'denoiser-nodes-'));
try {
  const pictures = join(work, 'digits');
  await writeDigits(pictures, { perDigit: 20 });
  for (const version of versions) {
    const folder = join(work, version);
    mkdirSync(folder);
    const node = join(folder, 'node_modules', `node-${process.platform}-${process.arch}`, 'bin', 'node');
    const name = `node-${process.platform}-${process.arch}@${version}`;
    execFileSync('npm', ['install', '--no-save', '--prefix', folder, '--loglevel=error', name], { stdio: 'inherit' });
    const denoiser = (...args) => execFileSync(node, [bin, ...args], { encoding: 'utf8' });
    const out = join(folder, 'run');
    const size = ['--size', '8', '--base-width', '8', '--preview-steps', '4'];
    denoiser('train', pictures, '--conditional', ...size, '--steps', '4', '--out', out);
    denoiser('resume', out, '--steps', '6');
    denoiser('sample', out, '--count', '10', '--steps', '4', '--out', join(folder, 'grid.png'));
    if (!existsSync(join(folder, 'grid.png'))) throw new Error(`Node ${version} drew nothing`);
    console.log(
      `Node ${execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()}: train, resume and sample work.`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
