import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { type StepLine, type TrainedRun, type TrainOptions, train } from '../src';
import { writeDigits } from './pictures';

/** A run of two epochs on twelve pictures in batches of four, six steps, that goes on after something has changed. */
const cwd = mkdtempSync(join(tmpdir(), 'denoiser-images-'));
const tiny = {
  size: 8,
  channels: 1,
  network: { baseWidth: 4, timeDim: 8 },
  batchSize: 4,
  samples: 1,
  previewSteps: 1,
} as const;
const training = { labelDropout: 0, learningRate: 1e-3, learningRateSchedule: { type: 'cosine' } } as const;
/** Not by what they cost: after every epoch. */
const each = { sampleEvery: { epochs: 1 }, checkpointEvery: { epochs: 1 } };
const begin = async (name: string): Promise<TrainOptions> => {
  const data = join(cwd, 'data', name);
  await writeDigits(data, [3, 7], 6);
  const run = { data, out: join(cwd, 'runs', name), augment: false, ...tiny, ...training, ...each };
  expect(await train({ ...run, epochs: 2 })).toMatchObject({ status: 'finished', step: 6 });
  return run;
};
const goOn = async (run: TrainOptions): Promise<TrainedRun & { lines: StepLine[]; training: string }> => {
  const lines: StepLine[] = [];
  let about: Readonly<Record<string, string>> = {};
  const onBegin = (facts: typeof about) => {
    about = facts;
  };
  const trained = await train({ ...run, ifExists: 'resume', onBegin, onStep: (line) => void lines.push(line) });
  return { ...trained, lines, training: about.training ?? '' };
};

let more: TrainOptions;
beforeAll(async () => {
  more = await begin('more');
  await writeDigits(more.data, [4, 9], 6);
});

test('pictures were added: one more epoch, of all of them, and then the end', async () => {
  const { status, step, lines, paths, samples, training } = await goOn({ ...more, epochs: 3 });
  expect({ status, step }).toEqual({ status: 'finished', step: 12 });
  expect(training).toMatch(/^12 steps of batch 4, 6 an epoch;/);
  expect(lines.map(({ epoch }) => epoch)).toEqual(Array(6).fill(3));
  // The second half of a fall that ends with the run: steps 7 to 12 of 12.
  for (const [i, { learningRate }] of lines.entries()) {
    expect(learningRate).toBeCloseTo(5e-4 * (1 + Math.cos((Math.PI * (6 + i)) / 12)), 12);
  }
  const drawn = ['epoch-0001.png', 'epoch-0002.png', 'epoch-0003.png'];
  expect([samples, readdirSync(paths.samples)]).toEqual([join(paths.samples, 'epoch-0003.png'), drawn]);
  const report = readFileSync(paths.report, 'utf8');
  expect(report).toContain('Finished after 12 steps');
  for (const grid of ['epoch 1, step 3<', 'epoch 2, step 6<', 'epoch 3, step 12<']) expect(report).toContain(grid);
});

test('a run that is over is over, and draws nothing again', async () => {
  const before = readFileSync(join(more.out as string, 'log.jsonl'), 'utf8');
  const { status, step, firstStep, lines } = await goOn({ ...more, epochs: 3 });
  expect({ status, step, firstStep, lines }).toEqual({ status: 'finished', step: 12, firstStep: 12, lines: [] });
  expect(readFileSync(join(more.out as string, 'log.jsonl'), 'utf8')).toBe(before);
});

test('pictures were removed, held out, elsewhere, or the batch is another: still a whole third epoch', async () => {
  const fewer = await begin('fewer');
  rmSync(join(fewer.data, '7'), { recursive: true });
  expect(await goOn({ ...fewer, epochs: 3 })).toMatchObject({ status: 'finished', step: 8 });
  expect(await goOn({ ...fewer, epochs: 4, batchSize: 6 })).toMatchObject({ status: 'finished', step: 9 });
  expect(await goOn({ ...fewer, epochs: 5, batchSize: 6, data: more.data })).toMatchObject({ step: 13 });
  const held = await goOn({ ...fewer, epochs: 6, batchSize: 1, data: more.data, validation: 0.3 });
  const images = Number(/^([\d,]+) steps .*, (\d+) an epoch;/.exec(held.training)?.[2]);
  expect(images).toBeLessThan(24);
  expect(held).toMatchObject({ status: 'finished', step: 13 + images });
});
