import { readAllTensors } from '@denoiser/safetensors';
import { createTrainer } from '@denoiser/trainer';
import { createUNet, loadUNet } from '@denoiser/unet';
import { beforeAll, expect, test } from 'vitest';
import { fakeOpfs } from '../../test/fake-opfs';
import { fakeLocks } from '../../test/in-node';
import { selectDevice } from '../device/select-device';
import { datasetOf } from '../images/image-set';
import { openRuns } from '../storage/runs';
import { createDeviceKeeper } from './device-keeper';
import { runConfigOf } from './run-config';
import { createSessions } from './sessions';

const images = {
  bytes: new Uint8Array(2 * 192).fill(90),
  labels: [-1, -1],
  classNames: [],
  imageShape: [8, 8, 3] as const,
};
const request = { run: 'a', isKept: true, images: 1, steps: 9, keep: 1, samples: null };
const config = runConfigOf({ ...request, model: { baseWidth: 4, timeDim: 8 }, training: { batchSize: 2 } }, images);

beforeAll(() => selectDevice({ device: 'engine' }));

/** A run of one step in the browser's storage, as this worker sees it, and another tab that trains it on. */
async function runOfAnotherTab() {
  const opfs = fakeOpfs();
  const runs = openRuns(opfs.root);
  await runs.create(config, images);
  const trainer = createTrainer({ model: createUNet(config.model), ...config.training });
  const store = await runs.checkpoints('a', { keep: 1 });
  let step = 0;
  const trainOn = () => trainer.fit(datasetOf(images), { steps: ++step, checkpoints: { store } });
  await trainOn();
  const sessions = createSessions({
    models: { createModel: createUNet, loadModel: loadUNet },
    device: createDeviceKeeper(),
    storage: async () => opfs.root,
    locks: fakeLocks(),
  });
  return { sessions, trainOn, trainer };
}

test('weights that training in another tab removes while they are read are those of the newer checkpoint', async () => {
  const { sessions, trainOn, trainer } = await runOfAnotherTab();
  let times = 0;
  const tensors = await sessions.withWeights('a', 'model', async (opened) => {
    times++;
    const [first] = opened.tensors.keys();
    await opened.read(first as string);
    if (times === 1) await trainOn();
    return (await readAllTensors(opened)).tensors;
  });
  expect(times).toBe(2);
  const { tensors: expected } = await trainer.model.exportParameters(trainer.model.parameters);
  for (const [name, { data }] of expected) expect(tensors.get(name)?.data).toEqual(data);
});

test('where each checkpoint is removed before it is read, that is an error, after a few times', async () => {
  const { sessions, trainOn } = await runOfAnotherTab();
  let times = 0;
  const opened = sessions.withWeights('a', 'ema', async (weights) => {
    times++;
    await trainOn();
    return readAllTensors(weights);
  });
  await expect(opened).rejects.toMatchObject({
    code: 'checkpoint-damaged',
    message: expect.stringContaining('is no longer there'),
  });
  expect(times).toBe(5);
});

test('what goes wrong with a checkpoint that stays is told at once', async () => {
  const { sessions } = await runOfAnotherTab();
  let times = 0;
  const opened = sessions.withWeights('a', 'ema', async () => {
    times++;
    throw new Error('a fault');
  });
  await expect(opened).rejects.toThrow('a fault');
  expect(times).toBe(1);
});
