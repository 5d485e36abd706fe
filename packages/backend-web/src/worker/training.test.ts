import { type CheckpointStore, memoryStore } from '@denoiser/trainer';
import { createUNet, loadUNet } from '@denoiser/unet';
import { beforeAll, expect, test } from 'vitest';
import { selectDevice } from '../device/select-device';
import type { TrainingEvent } from '../protocol/training';
import { createDeviceKeeper } from './device-keeper';
import { keepCheckpoints } from './kept-checkpoints';
import { runConfigOf } from './run-config';
import { createSessionControl } from './session-control';
import { train } from './training';

beforeAll(() => selectDevice({ device: 'engine' }));

type Given = {
  msOfAStep?: number;
  at?: readonly number[];
  steps?: number;
  count?: number;
  store?: CheckpointStore;
  training?: object;
  lossParts?: object;
};

/** The events of a run, by default of 6 steps on 2 images, each of which takes so long. */
async function run({
  msOfAStep = 1,
  at,
  steps = 6,
  count = 2,
  store = memoryStore(),
  training,
  lossParts,
}: Given = {}) {
  const bytes = new Uint8Array(count * 192);
  const images = { bytes, labels: Array(count).fill(-1), classNames: [], imageShape: [8, 8, 3] as const };
  const request = { run: 'a', isKept: true, images: 1, steps, lossParts, model: { baseWidth: 4, timeDim: 8 } };
  const samples = { every: { steps: 4 }, at, count: 1, steps: 1 };
  const config = runConfigOf({ ...request, training: { batchSize: 2, ...training }, samples }, images);
  const device = createDeviceKeeper();
  await device.start('engine');
  const events: TrainingEvent[] = [];
  let now = 0;
  await train({
    config,
    images,
    device,
    models: { createModel: createUNet, loadModel: loadUNet },
    control: createSessionControl(),
    checkpoints: keepCheckpoints(store, {
      onWritten: (step) => events.push({ type: 'checkpoint', step }),
      onFull: () => {},
    }),
    send: (event) => void events.push(event),
    clock: () => {
      now += msOfAStep;
      return now;
    },
  });
  return events;
}

const stepsOf = (events: TrainingEvent[], type: 'checkpoint' | 'samples' | 'loss-parts') =>
  events.flatMap((event) => (event.type === type ? event.step : []));

test('where steps are slow, there are checkpoints between', async () => {
  expect(stepsOf(await run(), 'checkpoint')).toEqual([6]);
  const slow = await run({ msOfAStep: 70_000 });
  expect(stepsOf(slow, 'checkpoint').length).toBeGreaterThan(2);
  expect(slow.at(-1)).toEqual({ type: 'done', status: 'finished', step: 6 });
});

test('samples are drawn in their rhythm, at steps that were named, and at the end', async () => {
  expect(stepsOf(await run({ at: [1, 4] }), 'samples')).toEqual([1, 4, 6]);
  expect(stepsOf(await run(), 'samples')).toEqual([4, 6]);
});

test('what a loss is made of is told in its rhythm, and not where nobody asked', async () => {
  const events = await run({ lossParts: { steps: 2 }, training: { prediction: 'v' } });
  expect(stepsOf(events, 'loss-parts')).toEqual([3, 5, 7]); // each of the step that is to come
  const parts = events.find((event) => event.type === 'loss-parts');
  for (const values of [parts?.x0, parts?.eps, parts?.xt, parts?.target, parts?.output])
    expect(values).toHaveLength(192);
  expect(stepsOf(await run(), 'loss-parts')).toEqual([]);
});

test('a run that goes on with other images and to another end counts its epochs on, and its rate falls to that end', async () => {
  const [store, training] = [memoryStore(), { learningRate: 1e-3, learningRateSchedule: { type: 'cosine' } }];
  const lastOf = (events: TrainingEvent[]) => events.filter((event) => event.type === 'progress').at(-1);
  const rate = (step: number, steps: number) => 5e-4 * (1 + Math.cos((Math.PI * (step - 1)) / steps));
  const first = lastOf(await run({ store, training, steps: 4 }));
  expect(first).toMatchObject({ step: 4, steps: 4, epoch: 4, learningRate: expect.closeTo(rate(4, 4), 12) });
  const events = await run({ store, training, steps: 8, count: 6 });
  // Epochs of three steps from now on.
  expect(lastOf(events)).toMatchObject({ step: 8, steps: 8, epoch: 6, learningRate: expect.closeTo(rate(8, 8), 12) });
  expect(events.at(-1)).toEqual({ type: 'done', status: 'finished', step: 8 });
});
