/**
 * What `denoiser train --dry-run` says of memory beside what a run takes, for twenty configurations: the most that the
 * process ever had (VmHWM, so on Linux alone). Exit code 1 if one is off by more than a fifth.
 *
 *   npm run build -w packages/cli && node packages/cli/scripts/memory.mjs [options of train, for one configuration alone]
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';

const CONFIGURATIONS = [
  '--size 16 --base-width 16 --batch-size 8',
  '--size 16 --base-width 32 --batch-size 32 --post-hoc-ema',
  '--size 32 --base-width 32 --batch-size 16',
  '--size 32 --base-width 32 --batch-size 16 --recompute',
  '--size 32 --base-width 32 --batch-size 16 --micro-batch-size 4 --dropout 0.1',
  '--size 32 --base-width 64 --batch-size 8',
  '--size 64 --base-width 32 --batch-size 8 --conditional',
  '--size 64 --base-width 32 --batch-size 8 --micro-batch-size 2',
  '--size 64 --base-width 16 --batch-size 1 --conditional',
  '--size 64 --base-width 64 --batch-size 4 --recompute',
  // As `npm start`.
  '--size 16 --base-width 16 --batch-size 16 --grey --conditional --no-augment --schedule cosine --guidance 2',
  '--size 8 --base-width 4 --batch-size 1',
  '--size 16 --base-width 8 --batch-size 64 --flip',
  '--size 24 --base-width 24 --batch-size 12 --learned-variance',
  '--size 32 --base-width 16 --batch-size 32 --grey --validation 0.2',
  '--size 32 --base-width 48 --batch-size 4 --post-hoc-ema --timesteps loss-second-moment',
  '--size 48 --base-width 32 --batch-size 6 --time-dim 512',
  '--size 64 --base-width 32 --batch-size 2 --recompute --dropout 0.2',
  '--size 96 --base-width 16 --batch-size 2',
  '--size 16 --base-width 64 --batch-size 4 --conditional --clip 1 --ema-half-life 1000',
];
/** A run that does everything soon: grids and checkpoints twice, so that the second meets what the first left behind. */
const SHORT = '--preview-steps 3 --sample-every 3steps --checkpoint-every 3steps --steps 6';

const bin = fileURLToPath(new URL('../dist/bin.js', import.meta.url));
const work = await mkdtemp(join(tmpdir(), 'denoiser-memory-'));
const file = join(work, 'peak');
// In the process itself, at its end.
const hook = `import { readFileSync, writeFileSync } from 'node:fs'; import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => writeFileSync(${JSON.stringify(file)}, /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]));`;

async function train(options) {
  const args = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, bin, 'train', join(work, 'pictures')];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, ...options.join(' ').split(' ')]);
  return { stdout, peak: Number(await readFile(file, 'utf8')) / 1024 };
}

for (const name of ['noise', 'snow']) {
  await mkdir(join(work, 'pictures', name), { recursive: true });
  for (let i = 0; i < 40; i++) {
    const noise = { type: 'gaussian', mean: 128, sigma: 40 + i };
    const picture = sharp({ create: { width: 80, height: 80, channels: 3, background: '#888888', noise } });
    await picture.png().toFile(join(work, 'pictures', name, `${i}.png`));
  }
}
const given = process.argv.slice(2).join(' ');
console.log('| options | estimate, MiB | measured, MiB | ratio |\n|---|---:|---:|---:|');
for (const options of given ? [given] : CONFIGURATIONS) {
  const { stdout } = await train([options, '--samples 16 --steps 6 --dry-run']);
  const [, number, unit] = /about ([\d.]+) (MiB|GiB) at most/.exec(stdout);
  const estimate = number * (unit === 'GiB' ? 1024 : 1);
  const { peak } = await train([options, '--samples 16', SHORT, `--out ${join(work, 'run')} --overwrite`]);
  const ratio = estimate / peak;
  console.log(`| \`${options}\` | ${estimate.toFixed(0)} | ${peak.toFixed(0)} | ${ratio.toFixed(2)} |`);
  if (Math.abs(ratio - 1) > 0.2) process.exitCode = 1;
}
await rm(work, { recursive: true });
