import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { barLine } from './bar';
import { createDisplay } from './progress';
import { samplingProgress } from './sampling-progress';
import { START_OF_LINE } from './status-line';

const path =
  'runs/a folder whose name is longer than many a terminal is wide, and has 中文 in it/samples/epoch-0001.png';

/** What a terminal of so many columns shows at the end, line by line; a line that is written over is gone. */
function screen(columns: number, use: (output: PassThrough & { isTTY: true; columns: number }) => void): string[] {
  const output = Object.assign(new PassThrough(), { isTTY: true as const, columns });
  use(output);
  return String(output.read() ?? '')
    .split('\n')
    .map((line) => {
      const parts = line.split(START_OF_LINE);
      // What is written over has to be one line of the terminal, or a part of it would stay.
      for (const part of parts.slice(1).filter((text) => text !== path)) expect(part.length).toBeLessThan(columns);
      return parts.at(-1) as string;
    });
}

test.each([40, 80, 200])('at %i columns no path is cut and nothing is garbled', (columns) => {
  let time = 0;
  const lines = screen(columns, (output) => {
    const run = { steps: 120_000, epochs: 10 };
    const display = createDisplay({ ...run, output, now: () => time });
    for (let step = 1; step <= 30; step++) {
      time += 1000;
      const measured = { loss: 0.0123, imagesPerSecond: 0.21, memoryBytes: 2 ** 32, secondsLeft: 345_678 };
      display.step({ step, epoch: 1, ...measured });
      display.sampling(step, 40);
      if (step % 10 === 0) display.line(path);
    }
    display.stop();
  });
  expect(lines.filter((line) => line === path)).toHaveLength(3);
  const last = lines.at(-2) as string;
  for (const told of ['step 30/120000', 'loss 0.0123']) expect(last).toContain(told);
  expect(last.includes('['), 'a bar').toBe(columns === 200);
  expect(lines.at(-1)).toBe('');
});

test('where there is little room the bar gives way first, then what matters less', () => {
  const progress = {
    share: 0.5,
    text: 'epoch 5/10',
    details: ['step 50/100', 'loss 0.25', '0:50 left', '4.0 images/s'],
  };
  const at = (columns: number) => barLine(progress, columns);
  expect(at(200)).toBe('epoch 5/10 [==========----------] step 50/100  loss 0.25  0:50 left  4.0 images/s');
  expect(at(70)).toBe('epoch 5/10 [====----] step 50/100  loss 0.25  0:50 left  4.0 images/s');
  expect(at(62)).toBe('epoch 5/10  step 50/100  loss 0.25  0:50 left  4.0 images/s');
  expect(at(50)).toBe('step 50/100  loss 0.25  0:50 left  4.0 images/s');
  expect(at(40)).toBe('step 50/100  loss 0.25  0:50 left');
  expect(at(8)).toBe('step 50');
  for (let columns = 2; columns < 120; columns++) expect(at(columns).length).toBeLessThan(columns);
});

test('drawing leaves nothing behind, and a pipe has no control character', () => {
  let time = 0;
  const draw = (output: Parameters<typeof samplingProgress>[0]) => {
    const progress = samplingProgress(output, () => time);
    for (let done = 1; done <= 30; done++) {
      time += 1000;
      progress.update(done, 30);
    }
    progress.stop();
  };
  expect(screen(40, draw)).toEqual(['']);
  const pipe = new PassThrough();
  draw(pipe);
  const text = String(pipe.read());
  expect(text).toBe('step 10/30, 0:20 left\nstep 20/30, 0:10 left\n');
});
