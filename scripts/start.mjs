import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build, install, root, run } from './setup.mjs';

/**
 * `npm start`: pictures in a minute, a model of one's own in five. First a word is drawn by a model that comes along; then a
 * class-conditional model of handwritten digits is trained, by the clock, and a grid drawn from it.
 *   npm start                    draws, then trains, or goes on where an interrupted run stopped, or shows what is there
 *   npm start -- --fresh         begins anew
 *   npm start -- --minutes 20    trains longer
 *   npm start -- --quick         a few steps only, into runs/mnist-quick (what CI runs)
 */
const { values: options } = parseArgs({
  options: { fresh: { type: 'boolean' }, quick: { type: 'boolean' }, minutes: { type: 'string', default: '4' } },
});

await install();
await build();

const show = (path) => relative(root, path);
const denoiser = (...args) => run(process.execPath, [join('packages', 'cli', 'dist', 'bin.js'), ...args]);

const word = join(root, 'runs', 'hello.png');
console.log('\nA word, by a model that comes along; each row is a hand of its own:\n');
const wordSteps = options.quick ? ['--count', '1', '--steps', '4'] : ['--count', '4'];
await denoiser('sample', '--model', 'glyphs', '--text', 'Hello', ...wordSteps, '--seed', '1', '--out', show(word));

const digits = join(root, 'runs', options.quick ? 'mnist-24-quick' : 'mnist-24');
const out = join(root, 'runs', options.quick ? 'mnist-quick' : 'mnist');
const grid = join(out, 'samples', 'final.png');
const report = join(out, 'report.html');

if (existsSync(grid) && !options.fresh) {
  console.log(`
Trained already: begin anew with 'npm start -- --fresh', or open

  ${show(report)}
  ${show(grid)}
${whatNext()}`);
  process.exit(0);
}

const { writeDigits } = await import('./mnist-digits.mjs');
if (!existsSync(digits)) console.log('\nWriting the MNIST digits as images …');
await writeDigits(digits, { isClose: true, ...(options.quick && { perDigit: 20 }) });
const time = `, in ${options.minutes === '1' ? 'a minute' : `${options.minutes} minutes`}`;
console.log(`\nA model of your own, from noise to digits${options.quick ? '' : time}:\n`);

const checkpoints = join(out, 'checkpoints');
if (!options.fresh && existsSync(checkpoints) && readdirSync(checkpoints).length > 0) {
  await denoiser('resume', show(out));
} else {
  // The network and the choices of docs/choosing-a-network.md. The time is the length of the run: on every machine the learning
  // rate has fallen when it is up, which makes the strokes clear. Of 16×16 pixels a step takes a quarter of the time that it takes of
  // 32×32, and a slow machine, too, sees every digit some times. The digits are close up, so that their strokes are wider than a pixel.
  const size = ['--grey', '--size', '16', '--network', 'unet2d', '--no-augment'];
  const noise = ['--schedule', 'cosine', '--prediction', 'v'];
  const length = options.quick
    ? ['--steps', '12', '--batch-size', '16', '--preview-steps', '10']
    : ['--minutes', options.minutes, '--batch-size', '32'];
  const rate = ['--lr', '1e-3', '--lr-schedule', 'cosine', '--clip', '1', ...(options.quick ? [] : ['--warmup', '50'])];
  const average = ['--ema-decay', '0.998', '--ema-warmup', '--ema-start', '0'];
  const classes = ['--conditional', '--dropout-labels-per', 'sample', '--guidance', '2'];
  const where = ['--out', show(out), '--overwrite'];
  await denoiser('train', show(digits), ...classes, ...size, ...noise, ...length, ...rate, ...average, ...where);
}
// The noise that each step adds mends what a network of four minutes gets wrong: cleaner than solvers without it.
const way = ['--variance', 'posterior', '--steps', options.quick ? '10' : '100', '--guidance', '2'];
await denoiser('sample', show(out), '--count', '100', ...way, '--seed', '7', '--out', show(grid));
console.log(`
word         ${show(word)}
digits       ${show(grid)}
report       ${show(report)}
${whatNext()}`);

function whatNext() {
  return `
What next?

  npx denoiser sample --model glyphs --text "Your name" --seed 5 --out name.png   # another seed, another hand
  npx denoiser sample ${show(out)} --class 7 --count 16 --out sevens.png
  npx denoiser resume ${show(out)} --minutes 10                                   # trains on, and gets better
  npx denoiser train ./pictures --size 32 --network unet2d --minutes 30           # your own pictures, a folder of them
  npm run demo                                                                    # the same in a page
`;
}
