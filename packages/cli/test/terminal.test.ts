import { spawnSync } from 'node:child_process';
import { existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { bin, start, succeeds, temporaryFolder } from './command';
import { writeDigits } from './pictures';

const cwd = temporaryFolder();
const TINY = ['--size', '16', '--base-width', '8', '--time-dim', '32', '--preview-steps', '2', '--samples', '1'];
const LONG = 'runs/a folder of a name that is longer than sixty columns of a terminal, Größe';
const START_OF_LINE = '\r\u001b[2K';
const hasScript = spawnSync('script', ['--version']).status === 0;

beforeAll(() => writeDigits(join(cwd, 'digits'), [0, 1], 6));

/** Runs the command on a pseudo terminal of so many columns, by script of util-linux; gives what it wrote. */
function onTerminal(columns: number, args: readonly string[], env: Record<string, string> = {}): string {
  const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(' ');
  const { stdout, status } = spawnSync('script', ['-qec', `stty cols ${columns}; ${command}`, '/dev/null'], {
    ...{ cwd, encoding: 'utf8' },
    env: { ...process.env, LANG: 'C.UTF-8', ...env },
  });
  expect(status, stdout).toBe(0);
  return stdout.replaceAll('\r\n', '\n');
}

test.runIf(hasScript).each([40, 80, 200])('a terminal of %i columns shows every path whole', (columns) => {
  const text = onTerminal(columns, ['train', 'digits', ...TINY, '--steps', '3', '--out', LONG, '--overwrite']);
  expect(text.startsWith(`${START_OF_LINE}Starting`)).toBe(true);
  for (const path of ['samples/epoch-0003.png', 'checkpoints/step-00000003', 'report.html']) {
    expect(text).toContain(`${LONG}/${path}\n`);
  }
  // Colours, a moved cursor or another way of wrapping lines: nothing that could stay behind.
  expect(text.replaceAll(START_OF_LINE, '')).not.toContain('\u001b');
});

test.runIf(hasScript)('with LANG=C a terminal gets ASCII, but for what is in names', () => {
  const env = { LANG: 'C', LC_ALL: '', LC_CTYPE: '', NO_COLOR: '1' };
  const text = onTerminal(80, ['train', 'digits', ...TINY, '--steps', '2', '--out', LONG, '--overwrite'], env);
  expect(text).toContain('16x16');
  expect(/[^\p{ASCII}]/u.exec(text.replaceAll('Größe', ''))).toBeNull();
  expect(text).toContain(`${LONG}/report.html\n`);
});

test.runIf(existsSync('/dev/full'))('work goes on where its output cannot be written, and the exit code tells', () => {
  const full = openSync('/dev/full', 'w');
  const train = ['train', 'digits', ...TINY, '--steps', '2', '--out', 'full'];
  const { status, stderr } = spawnSync(process.execPath, [bin, ...train], {
    ...{ cwd, encoding: 'utf8', stdio: ['ignore', full, 'pipe'] },
  });
  expect(stderr).toMatch(
    /^denoiser: Cannot write the output: the disk is full[^\n]*What is written to files is not affected\.\n$/,
  );
  expect(status).toBe(1);
  expect(readFileSync(join(cwd, 'full/log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(2);
});

test('a reader that has seen enough ends nothing', async () => {
  const running = start(['train', 'digits', ...TINY, '--steps', '3', '--out', 'head'], { cwd });
  await running.until(/device/);
  running.process.stdout?.destroy();
  const { code, stderr } = await running.done;
  expect([code, stderr]).toEqual([0, '']);
  expect(existsSync(join(cwd, 'head/checkpoints/step-00000003'))).toBe(true);
});

test('training ends with its time, and goes on from there', async () => {
  const often = ['--checkpoint-every', 'never', '--sample-every', 'never'];
  const limit = ['--minutes', '0.02'];
  const stdout = await succeeds(['train', 'digits', ...TINY, ...often, ...limit, '--out', 'short'], { cwd });
  const step = Number(/The time is up after (\d+) steps?; go on with: .* resume short/.exec(stdout)?.[1]);
  expect(step).toBeGreaterThan(0);
  expect(existsSync(join(cwd, `short/checkpoints/step-${String(step).padStart(8, '0')}`))).toBe(true);
  const grid = /^samples +(\S+)$/m.exec(stdout)?.[1] as string;
  expect(existsSync(join(cwd, grid))).toBe(true);
  expect(await succeeds(['resume', 'short', ...limit], { cwd })).toMatch(/The time is up after/);
  expect(JSON.parse(readFileSync(join(cwd, 'short/config.json'), 'utf8'))).toMatchObject({
    epochs: 500,
    sampleEvery: {},
  });
});
