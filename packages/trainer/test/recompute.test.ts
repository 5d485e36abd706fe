import '@tensorflow/tfjs';
import { embedding, gelu, linear, normals } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createTrainer, type TrainableModel } from '../src/index';
import { keepActivations, lossAndGradients, type RunPart, recomputeActivations } from '../src/parts';
import { dataset, model, noiseProcess, numbersOf } from './helpers';

const WIDTH = 16;
const variable = (index: number, shape: number[]) => {
  const values = normals({ seed: 4, step: 0, index, count: tf.util.sizeFromShape(shape) }).map((z) => z / 4);
  return tf.tidy(() => tf.variable(tf.tensor(values, shape)));
};

/** A stack of blocks, each of several ops; `labels` shift every one. */
function deepNetwork(blocks = 8) {
  const parameters = new Map<string, tf.Variable>();
  for (let i = 0; i < blocks; i++) {
    parameters.set(`a${i}`, variable(2 * i, [WIDTH, 4 * WIDTH]));
    parameters.set(`b${i}`, variable(2 * i + 1, [4 * WIDTH, WIDTH]));
  }
  parameters.set('table', variable(99, [3, WIDTH]));
  const get = (name: string) => parameters.get(name) as tf.Variable<tf.Rank.R2>;
  const run = (x: tf.Tensor, labels: tf.Tensor1D, runPart: RunPart) => {
    let y = x;
    for (let i = 0; i < blocks; i++) {
      const [a, b, table] = [get(`a${i}`), get(`b${i}`), get('table')];
      const block = (input: tf.Tensor, classes: tf.Tensor) => {
        const shifted = tf.add(input, embedding(table, classes as tf.Tensor1D));
        return tf.add(shifted, tf.tanh(linear(gelu(linear(shifted, a)), b)));
      };
      y = runPart(block, [y, labels], [a, b, table]);
    }
    return y;
  };
  return { parameters, run };
}

beforeAll(() => tf.setBackend('cpu'));

describe('recomputed activations', () => {
  const { parameters, run } = deepNetwork();
  const input = tf.tensor2d(normals({ seed: 1, step: 0, index: 0, count: 64 * WIDTH }), [64, WIDTH]);
  const gradients = (runPart: RunPart) =>
    lossAndGradients(parameters, () =>
      tf.tidy(() => {
        // Made inside, as a step makes them: gone when the backward pass begins.
        const labels = tf.tensor1d(
          Array.from({ length: 64 }, (_, i) => (i % 4) - 1),
          'int32',
        );
        return tf.mean(tf.square(run(input, labels, runPart))) as tf.Scalar;
      }),
    );

  it('give the same loss and gradients to the bit', () => {
    const [plain, again] = [gradients(keepActivations), gradients(recomputeActivations)];
    expect(again.value.dataSync()).toEqual(plain.value.dataSync());
    expect([...again.gradients.keys()]).toEqual([...parameters.keys()]);
    for (const [name, gradient] of plain.gradients) {
      expect([name, again.gradients.get(name)?.dataSync()]).toEqual([name, gradient.dataSync()]);
    }
  });

  it('take less memory, and leave no tensor behind', async () => {
    const peak = async (runPart: RunPart) => {
      const before = tf.memory();
      const { peakBytes } = await tf.profile(() => {
        const { value, gradients: all } = gradients(runPart);
        tf.dispose([value, [...all.values()]]);
      });
      expect(tf.memory().numTensors).toBe(before.numTensors);
      return peakBytes - before.numBytes;
    };
    const [plain, again] = [await peak(keepActivations), await peak(recomputeActivations)];
    // Eight blocks: of what they keep, one eighth and the inputs of the others.
    expect(again).toBeLessThan(plain / 2.5);
  });

  it('cost nothing where no gradient is wanted', () => {
    const labels = tf.zeros<tf.Rank.R1>([64], 'int32');
    const before = tf.memory().numTensors;
    const [plain, again] = [keepActivations, recomputeActivations].map((runPart) =>
      tf.tidy(() => run(input, labels, runPart)),
    );
    expect(again.dataSync()).toEqual(plain.dataSync());
    expect(tf.memory().numTensors).toBe(before + 2);
  });

  it('name a variable that was forgotten', () => {
    const [a, b] = [variable(1, [WIDTH, WIDTH]), variable(2, [WIDTH, WIDTH])] as tf.Variable<tf.Rank.R2>[];
    const forgetful = () => tf.sum(recomputeActivations((x) => linear(linear(x, a), b), [input], [a])) as tf.Scalar;
    const before = tf.memory().numTensors;
    expect(() =>
      lossAndGradients(
        new Map([
          ['a', a],
          ['b', b],
        ]),
        forgetful,
      ),
    ).toThrow(/reads the variable .* of shape \[16,16\]/);
    // tfjs leaves the tensors of a failed gradient to the process; a right one still works.
    expect(tf.memory().numTensors - before).toBeLessThan(20);
    expect(gradients(recomputeActivations).gradients.size).toBe(parameters.size);
  });
});

describe('a trainer with the option recompute', () => {
  it('ends like one without, and asks for a network that offers it', async () => {
    const offering = (): TrainableModel => {
      const plain = model();
      const all = [...plain.parameters.values()];
      return {
        ...plain,
        trainingDenoiser:
          ({ runPart }) =>
          (x, time, conditioning) => {
            const { labels } = conditioning ?? {};
            const f = (image: tf.Tensor, t: tf.Tensor, classes?: tf.Tensor) =>
              plain.denoiser()(image as tf.Tensor4D, t as tf.Tensor1D, classes && { labels: classes as tf.Tensor1D });
            return runPart(f, labels ? [x, time, labels] : [x, time], all);
          },
      };
    };
    const run = async (recompute: boolean) => {
      const trainer = createTrainer({ model: offering(), process: noiseProcess, seed: 1, batchSize: 4, recompute });
      await trainer.fit(dataset(), { steps: 2 });
      const before = tf.memory().numTensors;
      await trainer.fit(dataset(), { steps: 202 });
      expect(tf.memory().numTensors).toBe(before);
      return numbersOf(trainer);
    };
    expect(await run(true)).toEqual(await run(false));
    expect(() =>
      createTrainer({ model: model(), process: noiseProcess, seed: 1, batchSize: 4, recompute: true }),
    ).toThrow('The network tiny offers no recompute: it has no trainingDenoiser; leave that option out.');
  });
});
