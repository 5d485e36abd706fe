import { memoryStore } from '@denoiser/trainer';
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

/** The events of a run of 6 steps, each of which takes so long. */
async function run(msOfAStep: number): Promise<TrainingEvent[]> {
  const images = { bytes: new Uint8Array(2 * 192), labels: [-1, -1], classNames: [], imageShape: [8, 8, 3] as const };
  const request = { run: 'a', isKept: true, images: 1, steps: 6, model: { baseWidth: 4, timeDim: 8 } };
  const samples = { every: { steps: 4 }, count: 1, steps: 1 };
  const config = runConfigOf({ ...request, training: { batchSize: 2 }, samples }, images);
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
    checkpoints: keepCheckpoints(memoryStore(), {
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

const stepsOf = (events: TrainingEvent[], type: 'checkpoint' | 'samples') =>
  events.flatMap((event) => (event.type === type ? event.step : []));

test('where steps are slow, there are checkpoints between', async () => {
  expect(stepsOf(await run(1), 'checkpoint')).toEqual([6]);
  const slow = await run(70_000);
  expect(stepsOf(slow, 'checkpoint').length).toBeGreaterThan(2);
  expect(slow.at(-1)).toEqual({ type: 'done', status: 'finished', step: 6 });
});

test('samples are drawn in their rhythm and at the end', async () => {
  expect(stepsOf(await run(1), 'samples')).toEqual([4, 6]);
});
