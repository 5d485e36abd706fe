import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { succeeds, temporaryFolder } from './command';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();

/** Says, as the process ends, the most memory that it ever had. */
const hook = `import { readFileSync, writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
if (isMainThread) process.on('exit', () => writeFileSync('peak', readFileSync('/proc/self/status')));`;
const env = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(hook)}` };

beforeAll(() => writeDigits(join(cwd, 'digits'), [0, 1], 8));

// Weights, moments and averages, 90 MiB of them, matter beside what every process has. scripts/memory.mjs has larger ones.
test.runIf(process.platform === 'linux').each([
  ['as it comes', []],
  ['recomputed, in parts', ['--recompute', '--micro-batch-size', '4', '--post-hoc-ema']],
])('a dry run tells the memory of a run within a fifth: %s', async (_, options) => {
  const size = ['--size', '16', '--base-width', '32', '--noise-steps', '20', '--batch-size', '8'];
  const train = ['train', 'digits', ...size, ...options, '--samples', '8', '--preview-steps', '2'];
  const stdout = await succeeds([...train, '--steps', '4', '--dry-run'], { cwd });
  const estimate = Number(/about (\d+) MiB at most/.exec(stdout)?.[1]);
  const often = ['--sample-every', '2steps', '--checkpoint-every', '2steps', '--steps', '4'];
  await succeeds([...train, ...often, '--out', 'run', '--overwrite'], { cwd, env });
  const measured = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(join(cwd, 'peak'), 'utf8'))?.[1]) / 1024;
  expect(Math.abs(estimate / measured - 1), `${estimate} and ${measured} MiB`).toBeLessThan(0.2);
});
