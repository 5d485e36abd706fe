import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryStore, type TrainerOptions } from '../src/index';
import { dataset, noiseProcess, numbersOf, TIMESTEPS } from './helpers';
import { tinyModel } from './tiny-model';

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({
    model: tinyModel({ timesteps: TIMESTEPS, classes: 2 }),
    process: noiseProcess,
    seed: 1,
    batchSize: 4,
    ...over,
  });

/** A run of two classes, "even" and "odd", whose average is not its weights. */
async function otherRun(over: Partial<TrainerOptions> = {}) {
  const store = memoryStore();
  const trainer = create({ ema: { decay: 0.5, startStep: 0 }, learningRate: 0.1, ...over });
  await trainer.fit(dataset(), { steps: 5, checkpoints: { store } });
  return { store, trainer };
}
const rows = (values: number[]) => Array.from({ length: values.length / 2 }, (_, i) => values.slice(2 * i, 2 * i + 2));
const table = (trainer: ReturnType<typeof create>, which: 'weights' | 'ema' = 'weights') =>
  rows(new Map(numbersOf(trainer)[which] as [string, number[]][]).get('label_emb.weight') as number[]);

beforeAll(() => tf.setBackend('cpu'));

describe('a run that starts from another one', () => {
  it('has its averaged weights, or its live ones, and a fresh beginning of all else', async () => {
    const { store, trainer: other } = await otherRun();
    const names = { classNames: ['even', 'odd'] };
    for (const [weights, theirs] of [
      ['ema', numbersOf(other).ema],
      ['model', numbersOf(other).weights],
    ] as const) {
      const trainer = create({ model: tinyModel({ timesteps: TIMESTEPS, classes: 2, seed: 9 }) });
      const before = tf.memory().numTensors;
      expect(await trainer.startFrom(store, { weights, ...names })).toEqual({
        step: 5,
        keptClasses: ['even', 'odd'],
        freshClasses: [],
      });
      expect(tf.memory().numTensors).toBe(before);
      expect(numbersOf(trainer)).toEqual({ weights: theirs, ema: theirs });
      expect(trainer.progress).toEqual({ step: 0, epochsDone: 0, position: 0 });
    }
  });

  it('takes the rows of classes with the same name, and begins the others fresh', async () => {
    const { store, trainer: other } = await otherRun();
    const theirs = table(other, 'ema');
    const trainer = create({ model: tinyModel({ timesteps: TIMESTEPS, classes: 3, seed: 9 }) });
    const own = table(trainer);
    const classNames = ['odd', 'prime', 'even'];
    expect(await trainer.startFrom(store, { classNames })).toMatchObject({
      keptClasses: ['odd', 'even'],
      freshClasses: ['prime'],
    });
    expect(table(trainer)).toEqual([theirs[1], own[1], theirs[0]]);
    expect(table(trainer, 'ema')).toEqual(table(trainer));
  });

  it('without names takes all rows if there are as many, and none otherwise', async () => {
    const { store, trainer: other } = await otherRun();
    const same = create();
    expect((await same.startFrom(store)).keptClasses).toEqual(['0', '1']);
    expect(table(same)).toEqual(table(other, 'ema'));
    const more = create({ model: tinyModel({ timesteps: TIMESTEPS, classes: 3, seed: 9 }) });
    const own = table(more);
    expect((await more.startFrom(store)).freshClasses).toEqual(['0', '1', '2']);
    expect(table(more)).toEqual(own);
  });

  it('names what does not fit, and changes nothing then', async () => {
    const { store } = await otherRun();
    const trainer = create({ model: tinyModel({ timesteps: TIMESTEPS, channels: 3 }) });
    const before = numbersOf(trainer);
    await expect(trainer.startFrom(store)).rejects.toMatchObject({
      code: 'weights-mismatch',
      message: expect.stringContaining('scale.weight is [8,2] there and [8,3] here'),
    });
    expect(numbersOf(trainer)).toEqual(before);
    const extra = create({ model: tinyModel({ timesteps: TIMESTEPS, classes: 2, learnsVariance: true }) });
    await expect(extra.startFrom(store)).rejects.toThrow('range.weight is here and not there');
  });

  it('is one that has not begun, and is told of another prediction', async () => {
    const { store, trainer: other } = await otherRun();
    await expect(other.startFrom(store)).rejects.toThrow('has done 5 steps already');
    const warnings: string[] = [];
    await create({ prediction: 'v', onWarning: (message) => warnings.push(message) }).startFrom(store);
    expect(warnings).toEqual([
      'The network was trained to give epsilon, and goes on with v; it has to learn that anew.',
    ]);
    warnings.length = 0;
    const tensors = (await other.model.exportParameters(other.model.parameters)).tensors;
    const onWarning = (message: string) => void warnings.push(message);
    await create({ onWarning }).startFrom({ tensors, process: { kind: 'flow' } });
    await create({ onWarning }).startFrom({ tensors, process: { type: 'cosine' } });
    await create({ onWarning }).startFrom({ tensors, process: { kind: 'sigma', preconditioning: 'score' } });
    expect(warnings).toEqual(
      ['a flow', 'any σ (score)'].map(
        (theirs) => `The network was trained on ${theirs}, and goes on with timesteps; it has to learn that anew.`,
      ),
    );
  });
});
