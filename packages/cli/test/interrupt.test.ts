import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { bin, type Running, start, temporaryFolder } from './command';
import { succeeds } from './in-process';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const beside = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const TINY = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--noise-steps', '20', '--preview-steps', '2'];
/** A network of which a step takes a second or more, by its pictures, not its weights: an interrupt falls into one. */
const SLOW = ['--size', '32', '--base-width', '24', '--batch-size', '24', '--samples', '1', '--preview-steps', '1'];
const SELDOM = ['--sample-every', 'never', '--checkpoint-every', 'never', '--steps', '100000'];

const stepsOf = (run: string): number =>
  readFileSync(join(cwd, run, 'log.jsonl'), 'utf8')
    .trim()
    .split('\n').length;
const checkpointsOf = (run: string): string[] => readdirSync(join(cwd, run, 'checkpoints'));
const lastLine = (text: string): string | undefined => text.trimEnd().split('\n').at(-1);
const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A line of what Linux says of a process. */
const statusOf = ({ process: { pid } }: Running, name: string): string | undefined =>
  new RegExp(`^${name}:\\s+(\\w+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];

/** Waits until a process is up and has said that it wants to hear of signals itself (Node by itself hears of TERM). */
async function catches(running: Running): Promise<void> {
  const bit = 1n << BigInt(constants.signals.SIGHUP - 1);
  while ((BigInt(`0x${statusOf(running, 'SigCgt')}`) & bit) === 0n) await wait(1);
}

async function interrupted(running: Running, at: RegExp, signal: NodeJS.Signals = 'SIGINT') {
  await running.until(at);
  running.process.kill(signal);
  return running.done;
}

beforeAll(async () => {
  await writeDigits(join(cwd, 'digits'), [0, 1], 40);
  await succeeds(['train', 'digits', ...TINY, '--steps', '2', '--samples', '1', '--out', 'run'], { cwd });
  await succeeds(['train', 'digits', ...SLOW, '--steps', '1', '--out', 'slow'], { cwd });
}, 600_000);

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends training with a checkpoint', async (signal) => {
  const running = start(['train', 'digits', ...TINY, ...SELDOM, '--out', signal], { cwd });
  const { code, stdout, stderr } = await interrupted(running, /step 1\//, signal);
  expect([code, stderr]).toEqual([130, '']);
  const steps = stepsOf(signal);
  expect(lastLine(stdout)).toMatch(new RegExp(`^Stopped after step ${steps}; go on with: .* resume ${signal}$`));
  expect(checkpointsOf(signal)).toEqual([`step-${String(steps).padStart(8, '0')}`]);
  expect(existsSync(join(cwd, signal, 'run.lock'))).toBe(false);
});

test('the step under way is left, not waited for, and done again by resume', async () => {
  // When the first step is told, the second is done and the third begins.
  const running = start(['resume', 'slow', '--steps', '100000'], { cwd });
  const { code, stdout } = await interrupted(running, /step 2\//);
  expect(code).toBe(130);
  expect(stdout).toContain('Stopping and saving');
  expect(lastLine(stdout)).toMatch(/^Stopped after step 3;/);
  expect(checkpointsOf('slow').at(-1)).toBe('step-00000003');
});

test('a second one ends at once what the first waits for', async () => {
  const env = { NODE_OPTIONS: `--import ${beside('stuck-disk.mjs')}` };
  const running = start(['train', 'digits', ...TINY, ...SELDOM, '--out', 'stuck'], { cwd, env });
  await running.until(/step 1\//);
  running.process.kill('SIGINT');
  await running.until(/Stopping and saving/);
  await wait(1000); // not the same keystroke
  expect(running.process.exitCode).toBeNull();
  running.process.kill('SIGINT');
  expect((await running.done).code).toBe(130);
  // Nothing half is left: there is nothing to go on with, and both ways begin anew.
  await succeeds(['train', 'digits', ...TINY, '--steps', '1', '--samples', '1', '--out', 'stuck'], { cwd });
  rmSync(join(cwd, 'stuck/checkpoints'), { recursive: true });
  await succeeds(['resume', 'stuck', '--steps', '1'], { cwd });
});

describe('what has nothing to save ends by itself, and says so', () => {
  const none = 'Stopped; nothing was written.';

  test('in the midst of a plan of one step', async () => {
    const choice = ['--count', '96', '--batch-size', '96', '--steps', '1', '--out', 'never.png'];
    const { code, stdout, stderr } = await interrupted(start(['sample', 'slow', ...choice], { cwd }), /drawing {3}/);
    expect([code, stderr, lastLine(stdout)]).toEqual([130, '', none]);
    expect(existsSync(join(cwd, 'never.png'))).toBe(false);
  });

  test('in the loss of eval, which tells nothing more', async () => {
    const choice = ['--data', 'digits', '--batch-size', '80', '--steps', '40'];
    const { code, stdout, stderr } = await interrupted(start(['eval', 'slow', ...choice], { cwd }), /drawing {3}/);
    expect([code, stderr, lastLine(stdout)]).toEqual([130, '', none]);
    expect(stdout).not.toMatch(/^step \d/m);
  });

  test.runIf(process.platform === 'linux').each([
    ['sample', 'run'],
    ['eval', 'run', '--data', 'digits'],
    ['train', 'digits', '--dry-run'],
  ])('while %s loads', async (...args) => {
    const running = start(args, { cwd });
    await catches(running); // and still loads: TensorFlow.js alone takes a second
    running.process.kill('SIGTERM');
    const { code, stdout, stderr } = await running.done;
    // A fast machine has loaded, and said with what, within the time that a command has to end in good order.
    expect([code, stderr, lastLine(stdout)]).toEqual([130, '', none]);
  });

  test.runIf(process.platform === 'linux')('doctor, unless it has told all before it is heard', async () => {
    const running = start(['doctor'], { cwd });
    await catches(running);
    running.process.kill('SIGTERM');
    const { code, stdout, stderr } = await running.done;
    expect(stderr).toBe('');
    if (code === 130) expect(lastLine(stdout)).toBe(none);
    else expect([code, /^Versions$/m.test(stdout)]).toEqual([0, true]);
  });

  test('in a trial step of a network that takes minutes', async () => {
    const huge = ['--size', '64', '--base-width', '64', '--batch-size', '200', '--out', 'huge'];
    const running = start(['train', 'digits', ...huge, '--dry-run'], { cwd });
    // Weights, moments and averages are some hundred MiB; a step of such a batch holds gibibytes.
    if (process.platform !== 'linux') await wait(8000);
    else while (Number(statusOf(running, 'VmRSS')) < 2 * 2 ** 20) await wait(10);
    running.process.kill('SIGINT');
    const { code, stdout } = await running.done;
    expect([code, lastLine(stdout)]).toEqual([130, none]);
  });
});

test.runIf(process.platform !== 'win32').each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
  'a script that is ended by %s takes the command with it, which saves',
  async (signal) => {
    const out = `child-${signal}`;
    const args = [beside('parent.mjs'), bin, 'train', 'digits', ...TINY, ...SELDOM, '--out', out];
    const parent = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const closed = new Promise((resolve) => parent.on('close', resolve));
    await new Promise<void>((resolve) => {
      parent.stdout.on('data', (chunk) => /step 1\//.test(String(chunk)) && resolve());
    });
    const { pid: child } = JSON.parse(readFileSync(join(cwd, out, 'run.lock'), 'utf8'));
    expect(isAlive(child)).toBe(true);
    parent.kill(signal);
    await closed;
    while (isAlive(child)) {
      expect(signal, 'a parent that could, has waited').toBe('SIGKILL');
      await wait(20);
    }
    expect(checkpointsOf(out)).toEqual([`step-${String(stepsOf(out)).padStart(8, '0')}`]);
  },
);
