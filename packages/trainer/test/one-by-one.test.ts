import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CheckpointStore, createTrainer, memoryStore, trainableModel } from '../src/index';
import { dataset, inParts, noiseProcess, numbersOf } from './helpers';

const SHAPES = { inner: [64, 2], outer: [2, 64], shift: [2] } as const;

const model = (seed: number) => {
  const made = (shape: readonly number[], i: number) =>
    tf.variable(tf.randomUniform([...shape], -0.3, 0.3, 'float32', seed + i));
  const variables = Object.fromEntries(Object.entries(SHAPES).map(([name, shape], i) => [name, made(shape, i)]));
  return trainableModel({
    name: 'two products',
    variables,
    predict(x, _time, _conditioning, { inner, outer, shift }) {
      const pixels = tf.reshape(x, [-1, 2]) as tf.Tensor2D;
      const wide = tf.matMul(pixels, inner as tf.Tensor2D, false, true);
      const back = tf.matMul(wide, outer as tf.Tensor2D, false, true);
      return tf.reshape(tf.add(back, shift as tf.Tensor), x.shape) as tf.Tensor4D;
    },
  });
};
const create = (seed = 1) => createTrainer({ model: model(seed), process: noiseProcess, seed: 3, batchSize: 4 });

async function storeWith(...steps: number[]) {
  const store = memoryStore();
  const trainer = create();
  for (const step of steps) await trainer.fit(dataset(), { steps: step, checkpoints: { store, every: {} } });
  return { store, trainer };
}

/** A store whose file of a step can no longer be read once so many parts of it were. */
const failing = (store: CheckpointStore, step: number, file: string, after: number): CheckpointStore => {
  const { parts } = inParts(store);
  return {
    ...parts,
    async open(at, name) {
      const opened = await (parts.open as NonNullable<typeof parts.open>)(at, name);
      let read = 0;
      return {
        ...opened,
        async read(from, to) {
          if (at === step && name === file && ++read > after) throw new Error('EIO: i/o error');
          return opened.read(from, to);
        },
      };
    },
  };
};
/** The header is read in two parts, before any tensor. */
const OF_HEADER = 2;

beforeAll(() => tf.setBackend('cpu'));

describe('a run whose checkpoint is read tensor by tensor', () => {
  it('is the one that the whole files hold, goes on as it would, and has read no more than a tensor at a time', async () => {
    const { store, trainer: through } = await storeWith(4);
    const { told, parts } = inParts(store);
    const resumed = create(7);
    const before = tf.memory().numTensors;
    await resumed.resume(parts);
    expect(tf.memory().numTensors).toBe(before);
    expect(numbersOf(resumed)).toEqual(numbersOf(through));
    expect([told.open, told.whole]).toEqual([0, ['state.json']]);
    // Of three files: weights, averages, and two moments of each weight.
    expect(told.parts).toHaveLength(3 * OF_HEADER + 4 * Object.keys(SHAPES).length);
    await through.fit(dataset(), { steps: 8 });
    await resumed.fit(dataset(), { steps: 8 });
    expect(numbersOf(resumed)).toEqual(numbersOf(through));
  });

  it('begins with weights read so, in all of its averages', async () => {
    const { store, trainer: other } = await storeWith(4);
    const { told, parts } = inParts(store);
    const trainer = create(7);
    const before = tf.memory().numTensors;
    expect(await trainer.startFrom(parts, { weights: 'model' })).toMatchObject({ step: 4 });
    expect(tf.memory().numTensors).toBe(before);
    const { weights } = numbersOf(other);
    expect(numbersOf(trainer)).toEqual({ weights, ema: weights });
    expect([told.open, told.whole]).toEqual([0, ['state.json']]);
  });

  it('is refused before anything changes where a file is of other shapes', async () => {
    const { store } = await storeWith(4);
    const other = createTrainer({
      ...{ process: noiseProcess, seed: 3, batchSize: 4 },
      model: trainableModel({
        name: 'two products',
        variables: { inner: tf.variable(tf.zeros([2, 64])), outer: tf.variable(tf.zeros([2, 64])) },
        predict: (x) => tf.clone(x),
      }),
    });
    const before = numbersOf(other);
    await expect(other.resume(inParts(store).parts)).rejects.toThrow('has unknown shift');
    expect(numbersOf(other)).toEqual(before);
  });

  it('is the one before where a file can no longer be read in the middle of it', async () => {
    const { store } = await storeWith(4, 8);
    const { store: only } = await storeWith(4);
    for (const file of ['model.safetensors', 'optimizer.safetensors']) {
      const resumed = create(7);
      expect(await resumed.resume(failing(store, 8, file, OF_HEADER + 1))).toMatchObject({ step: 4 });
      const asBefore = create(9);
      await asBefore.resume(only);
      expect(numbersOf(resumed)).toEqual(numbersOf(asBefore));
    }
  });

  it('trains no more where there is none before it, until it is resumed again', async () => {
    const { store, trainer: through } = await storeWith(4);
    const torn = create(7);
    await expect(torn.resume(failing(store, 4, 'ema.safetensors', OF_HEADER + 1))).rejects.toMatchObject({
      code: 'checkpoint-damaged',
      message: expect.stringContaining('ema.safetensors of checkpoint 4 cannot be read (EIO: i/o error)'),
    });
    await expect(torn.fit(dataset(), { steps: 8 })).rejects.toThrow('restored in part alone');
    await torn.resume(store);
    expect(numbersOf(torn)).toEqual(numbersOf(through));
    await torn.fit(dataset(), { steps: 5 });
  });
});
