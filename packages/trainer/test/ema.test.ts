import '@tensorflow/tfjs';
import type { TensorFile } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, memoryStore, reconstructEma, type TrainerOptions } from '../src/index';
import { makeKind, resolveKind } from '../src/options/kinds';
import { createEma, EMA_RULES, type EmaInput } from '../src/parts';
import { dataset, model, noiseProcess } from './helpers';

const create = (over: Partial<TrainerOptions> = {}) =>
  createTrainer({ model: model(), process: noiseProcess, seed: 1, batchSize: 4, learningRate: 0.02, ...over });
const decays = (input: EmaInput, updates: readonly number[], images = 1) => {
  const rule = makeKind(EMA_RULES, resolveKind('ema', EMA_RULES, input, 'decay'));
  return updates.map((update) => rule(update, images));
};

beforeAll(() => tf.setBackend('cpu'));

describe("the average's decay", () => {
  it('by default copies for 2000 updates and then keeps 0.995', () => {
    expect(decays({}, [0, 1999, 2000, 1e6])).toEqual([0, 0, 0.995, 0.995]);
  });

  it('grows into its own with a warm-up: 1/10, 2/11, 3/12, …', () => {
    const input = { decay: 0.5, startStep: 2, warmup: true };
    expect(decays(input, [0, 1, 2, 3, 4, 9, 10, 11])).toEqual([0, 0, 1 / 10, 2 / 11, 3 / 12, 8 / 17, 0.5, 0.5]);
  });

  it('by half-life is ½ after so many images, however they are batched, or after so many steps', () => {
    const [batch] = decays({ type: 'half-life', halfLife: 1000 }, [7], 50);
    expect(Math.abs(batch ** 20 - 0.5)).toBeLessThan(1e-14);
    const [perStep] = decays({ type: 'half-life', halfLife: 20, unit: 'steps' }, [7], 50);
    expect(perStep).toBe(batch);
  });

  it('by half-life halves the distance to new weights', () => {
    const weights = new Map([['w', tf.variable(tf.tensor1d([1]))]]);
    const ema = createEma(weights, { type: 'half-life', halfLife: 12 });
    weights.get('w')?.assign(tf.tensor1d([0]));
    for (const images of [4, 4, 3, 1]) ema.update(images);
    const [value] = (ema.parameters.get('w') as tf.Tensor).dataSync();
    expect(Math.abs(value - 0.5)).toBeLessThan(4 * 2 ** -24);
  });

  it('is one thing or the other', () => {
    const wrong = (ema: object) => () => create({ ema: ema as EmaInput });
    expect(wrong({ type: 'half-life' })).toThrow('`ema.halfLife` is missing; give a number above 0.');
    expect(wrong({ halfLife: 3 })).toThrow('There is no training option `ema.halfLife`');
    expect(wrong({ type: 'half-live', halfLife: 3 })).toThrow('perhaps half-life');
    expect(() => create({ postHocEma: { sigmaRel: [0.5] } })).toThrow(
      /`postHocEma.sigmaRel` is \[0.5\]; give different/,
    );
  });
});

describe('an average of any length', () => {
  const values = (file: TensorFile) => [...file.tensors.values()].flatMap(({ data }) => Array.from(data, Number));
  /** A run that keeps snapshots of averages of these lengths. */
  const run = async (sigmaRel: number[], steps = 60) => {
    const store = memoryStore();
    const trainer = create({ postHocEma: { sigmaRel } });
    await trainer.fit(dataset(), { steps, snapshots: { store, every: { steps: 6 } } });
    return { store, trainer };
  };

  it('comes out of the snapshots like one that was tracked', async () => {
    const { store, trainer } = await run([0.05, 0.1]);
    expect(await store.list()).toEqual([6, 12, 18, 24, 30, 36, 42, 48, 54, 60]);
    const tracked = values(await reconstructEma((await run([0.07])).store, { sigmaRel: 0.07 }));
    const made = values(await reconstructEma(store, { sigmaRel: 0.07 }));
    const live = [...(await trainer.model.exportParameters(trainer.model.parameters)).tensors.values()].flatMap(
      ({ data }) => Array.from(data, Number),
    );
    const distance = (a: number[], b: number[]) => Math.hypot(...a.map((x, i) => x - b[i]));
    // 60 updates are few for a theory of continuous time.
    expect(distance(made, tracked)).toBeLessThan(0.002 * distance(live, tracked));
  });

  it('can end before the last snapshot, and is one of the model’s own files', async () => {
    const { store } = await run([0.05, 0.1], 12);
    const [short, long] = [6, 12].map((step) => reconstructEma(store, { sigmaRel: 0.1, step }));
    expect(values(await short)).not.toEqual(values(await long));
    const tiny = model(9);
    const loaded = tiny.importParameters(await long);
    expect([...loaded.keys()]).toEqual([...tiny.parameters.keys()]);
    tf.dispose([...loaded.values()]);
  });

  it('needs snapshots, and a trainer that makes them', async () => {
    await expect(reconstructEma(memoryStore(), { sigmaRel: 0.1 })).rejects.toMatchObject({ code: 'snapshots-missing' });
    await expect(reconstructEma(memoryStore(), { sigmaRel: 1 })).rejects.toMatchObject({ code: 'option-invalid' });
    const snapshots = { store: memoryStore(), every: { steps: 1 } };
    await expect(create().fit(dataset(), { steps: 1, snapshots })).rejects.toThrow('no option postHocEma');
  });
});
