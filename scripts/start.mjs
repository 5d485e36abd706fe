import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build, install, root, run } from './setup.mjs';

/**
 * `npm start`: the main job. Trains a class-conditional model on the MNIST digits and draws a grid of samples.
 *   npm start               trains, or goes on where an interrupted run stopped, or shows what is there
 *   npm start -- --fresh    begins anew
 *   npm start -- --quick    a few steps only, into runs/mnist-quick (what CI runs)
 */
const { values: options } = parseArgs({ options: { fresh: { type: 'boolean' }, quick: { type: 'boolean' } } });

await install();
await build();

const { writeDigits } = await import('./mnist-digits.mjs');
const digits = join(root, 'runs', options.quick ? 'mnist-digits-quick' : 'mnist-digits');
if (!existsSync(digits)) console.log('Writing the MNIST digits as images …');
await writeDigits(digits, options.quick ? 20 : undefined);

const out = join(root, 'runs', options.quick ? 'mnist-quick' : 'mnist');
const grid = join(out, 'samples', 'final.png');
const denoiser = (...args) => run(process.execPath, [join('packages', 'cli', 'dist', 'bin.js'), ...args]);
const show = (path) => relative(root, path);

if (existsSync(grid) && !options.fresh) {
  console.log(`
Already trained: begin anew with 'npm start -- --fresh', or open

  ${show(join(out, 'report.html'))}
  ${show(grid)}
`);
  process.exit(0);
}

const checkpoints = join(out, 'checkpoints');
if (!options.fresh && existsSync(checkpoints) && readdirSync(checkpoints).length > 0) {
  await denoiser('resume', show(out));
} else {
  // What the original leaves open is chosen for small pictures and little time: one channel, the cosine schedule, which
  // spends fewer of its steps on what is almost pure noise, and a learning rate that a network of this width bears. On
  // the cosine schedule the network predicts v: an error in ε would be divided by √ᾱ, which ends at 0 there, and be seen
  // as grey backgrounds in few steps.
  const size = ['--grey', '--size', '16', '--base-width', '16', '--no-augment'];
  const noise = ['--schedule', 'cosine', '--prediction', 'v'];
  const length = options.quick
    ? ['--steps', '12', '--batch-size', '16', '--preview-steps', '10']
    : ['--steps', '6000', '--batch-size', '16', '--lr', '1e-3', '--lr-schedule', 'cosine', '--ema-start', '300'];
  const intervals = ['--sample-every', '1000steps', '--checkpoint-every', '500steps', '--guidance', '2'];
  const where = ['--out', show(out), '--overwrite'];
  await denoiser('train', show(digits), '--conditional', ...size, ...noise, ...length, ...intervals, ...where);
}
const choice = ['--count', '100', '--steps', '100', '--guidance', '2', '--seed', '7'];
await denoiser('sample', show(out), ...choice, '--out', show(grid));
console.log(`
report       ${show(join(out, 'report.html'))}
samples      ${show(grid)}
loss curve   ${show(join(out, 'loss.svg'))}
checkpoints  ${show(checkpoints)}
`);
