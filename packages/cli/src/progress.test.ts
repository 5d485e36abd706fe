import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { bytes, createDisplay, duration, rate } from './progress';
import { samplingProgress } from './sampling-progress';

const output = (isTTY: boolean) => Object.assign(new PassThrough(), { isTTY, columns: 120 });
const textOf = (stream: PassThrough): string => String(stream.read() ?? '');
const run = { steps: 100, epochs: 10 };
const ESCAPE = '\u001b';

test('in a pipe progress is lines: the first and last step, and one in ten seconds', async () => {
  const stream = output(false);
  let time = 0;
  const display = createDisplay({ ...run, output: stream, now: () => time });
  for (let step = 1; step <= 100; step++) {
    time += 1000;
    display.step({ step, epoch: Math.ceil(step / 10), loss: 0.5, imagesPerSecond: 4, secondsLeft: 100 - step });
  }
  display.line('a line');
  display.stop();
  const lines = textOf(stream).trimEnd().split('\n');
  expect(lines[0]).toBe('epoch 1/10  step 1/100  loss 0.5000  1:39 left  4.0 images/s');
  expect(lines.slice(0, -1).map((line) => Number(/step (\d+)/.exec(line)?.[1]))).toEqual([
    1, 11, 21, 31, 41, 51, 61, 71, 81, 91, 100,
  ]);
  expect(lines.at(-1)).toBe('a line');
  expect(lines.join('')).not.toContain(ESCAPE);
});

test('on a terminal progress is a bar, and lines stand above it', async () => {
  const stream = output(true);
  const display = createDisplay({ ...run, output: stream });
  display.step({ step: 50, epoch: 5, loss: 0.25, imagesPerSecond: 4, secondsLeft: 50, memoryBytes: 1.5 * 2 ** 30 });
  display.line('samples are there');
  display.sampling(1, 2);
  display.stop();
  const text = textOf(stream);
  expect(text).toContain(ESCAPE);
  expect(text).toContain('epoch 5/10');
  expect(text).toMatch(/step 50\/100 {2}loss 0.2500 {2}0:50 left {2}4.0 images\/s {2}1.5 GiB/);
  expect(text).toContain('samples are there\n');
  expect(text.lastIndexOf('[==========----------]')).toBeGreaterThan(text.indexOf('samples are there'));
});

test('of a run by the clock the bar is of the time, and nobody knows how many steps there will be', () => {
  const stream = output(true);
  const endless = { steps: Number.POSITIVE_INFINITY, epochs: Number.POSITIVE_INFINITY };
  const display = createDisplay({ ...endless, output: stream });
  display.step({ step: 1, epoch: 1, loss: 0.5, imagesPerSecond: 4, secondsLeft: 100 });
  display.step({ step: 9, epoch: 2, loss: 0.25, imagesPerSecond: 4, secondsLeft: 50 });
  display.stop();
  const text = textOf(stream);
  expect(text).toMatch(/epoch 2 \[={10}-{10}\] step 9 {2}loss 0.2500 {2}0:50 left/);
});

test('drawing shows a bar on a terminal and lines in a pipe', async () => {
  const terminal = output(true);
  const bar = samplingProgress(terminal);
  bar.update(5, 10);
  bar.stop();
  expect(textOf(terminal)).toContain('step 5/10');

  const pipe = output(false);
  let time = 0;
  const lines = samplingProgress(pipe, () => time);
  for (let step = 1; step <= 20; step++) {
    time += 1000;
    lines.update(step, 20);
  }
  lines.stop();
  expect(textOf(pipe)).toBe('step 10/20, 0:10 left\n');
});

test('times and rates are short', () => {
  expect([0, 59.6, 75, 3600, 7384].map(duration)).toEqual(['0:00', '1:00', '1:15', '1:00:00', '2:03:04']);
  expect(duration(Number.NaN)).toBe('?');
  expect([123.4, 4.26, 0.05].map(rate)).toEqual(['123', '4.3', '0.050']);
  expect([3 * 2 ** 20, 2.25 * 2 ** 30].map(bytes)).toEqual(['3 MiB', '2.3 GiB']);
});
