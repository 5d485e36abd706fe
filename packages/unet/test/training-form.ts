import { meanSquaredError, normals, randomNormal } from '@denoiser/ops';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { keepActivations, lossAndGradients, type RunPart, recomputeActivations } from '@denoiser/trainer/parts';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createUNet, type UNet } from '../src/index';

interface Case {
  readonly size: number;
  readonly runPart: RunPart;
  readonly dropout?: number;
  readonly seed?: number;
}

/** The loss of a batch of two, in training form. */
export const lossOf = (model: UNet, { size, runPart, dropout = 0, seed = 1 }: Case) => {
  const { channels, classes } = model.imageFacts;
  const places = [0, 1];
  return () => {
    const [x, target] = [0, 1].map((step) =>
      randomNormal<tf.Rank.R4>([2, size, size, channels], { seed: 9, step, indices: places }),
    );
    const denoiser = model.trainingDenoiser({ dropout, seed, step: 3, places, runPart });
    const labels = classes === undefined ? {} : { labels: tf.tensor1d([-1, 1], 'int32') };
    return meanSquaredError(denoiser(x, tf.tensor1d([7, 500]), labels), target);
  };
};

/** That loss and all its gradients. */
export function gradientsOf(model: UNet, o: Case): { loss: Float32Array; gradients: Map<string, Float32Array> } {
  const { value, gradients } = lossAndGradients(model.parameters, lossOf(model, o));
  const numbers = [...gradients].map(([name, gradient]) => [name, gradient.dataSync() as Float32Array] as const);
  const result = { loss: value.dataSync() as Float32Array, gradients: new Map(numbers) };
  tf.dispose([value, [...gradients.values()]]);
  return result;
}

/** Tests of the training form on the current backend. */
export function testTrainingForm(): void {
  test.each([{}, { classes: 2 }])('recomputed gradients are those of kept activations to the bit: %o', (config) => {
    const model = createUNet({ baseWidth: 8, timeDim: 16, ...config });
    const before = tf.memory().numTensors;
    for (const dropout of [0, 0.2]) {
      const plain = gradientsOf(model, { size: 16, runPart: keepActivations, dropout });
      expect(plain.gradients.size).toBe(model.parameters.size);
      expect(gradientsOf(model, { size: 16, runPart: recomputeActivations, dropout })).toEqual(plain);
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
  });

  test('without dropout it computes what sampling computes; with it, a function of the seed', () => {
    const model = createUNet({ baseWidth: 4, timeDim: 8 });
    const run = (o: { dropout: number; seed: number } | null) =>
      tf.tidy(() => {
        const form = o
          ? model.trainingDenoiser({ ...o, step: 1, places: [4], runPart: keepActivations })
          : model.denoiser();
        const x = tf.tensor4d(normals({ seed: 2, step: 0, index: 0, count: 192 }), [1, 8, 8, 3]);
        return form(x, tf.tensor1d([7])).dataSync();
      });
    const sampled = run(null);
    expect(run({ dropout: 0, seed: 1 })).toEqual(sampled);
    const dropped = run({ dropout: 0.1, seed: 1 });
    expect(dropped).not.toEqual(sampled);
    expect(run({ dropout: 0.1, seed: 1 })).toEqual(dropped);
    expect(run({ dropout: 0.1, seed: 2 })).not.toEqual(dropped);
    expect(run(null)).toEqual(sampled);
    expect(() => run({ dropout: 1, seed: 1 })).toThrow(/from 0 to below 1, but 1 was given/);
    model.dispose();
  });

  test('a network with a learned variance trains on the hybrid loss, recomputing or not', async () => {
    const images = normals({ seed: 5, step: 0, index: 0, count: 4 * 192 }).map((z) => Math.tanh(z));
    const dataset = memoryDataset({ images, imageShape: [8, 8, 3], labels: [0, 1, 0, 1], classNames: ['a', 'b'] });
    const train = async (recompute: boolean) => {
      const model = createUNet({ baseWidth: 4, timeDim: 8, classes: 2, learnedVariance: true });
      const process = { type: 'linear', steps: 10 } as const;
      const variance = { type: 'learned-range' } as const;
      const options = { seed: 1, batchSize: 4, microBatchSize: 2, dropout: 0.1, recompute, variance };
      const trainer = createTrainer({ model, process, ...options });
      const start = model.parameters.get('outc.bias')?.dataSync();
      await trainer.fit(dataset, { steps: 2 });
      const weights = [...model.parameters].map(([name, variable]) => [name, variable.dataSync()] as const);
      // Three channels of ε, three of v: each has learned.
      const end = new Map(weights).get('outc.bias') ?? [];
      expect(Array.from(end, (number, i) => number !== start?.[i])).toEqual(Array(6).fill(true));
      for (const [, numbers] of weights) expect(numbers.every(Number.isFinite)).toBe(true);
      trainer.dispose();
      model.dispose();
      return weights;
    };
    expect(await train(true)).toEqual(await train(false));
  });
}
