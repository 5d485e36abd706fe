import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { lossAndGradients } from '../src/parts';

const SIZE = 256;
const LAYERS = 12;

const newVariable = (seed: number) => tf.tidy(() => tf.variable(tf.randomNormal([1], 0, 1, 'float32', seed)));
const parameters = new Map(Array.from({ length: LAYERS }, (_, i) => [`p${i}` as string, newVariable(i + 1)] as const));
const all = [...parameters.values()];

/** A chain of layers which save three tensors each, with a skip from the first to the last, so that two gradients are added up. */
const loss = () =>
  tf.tidy(() => {
    const layer = (x: tf.Tensor, p: tf.Tensor) => tf.tidy(() => tf.sin(tf.mul(tf.add(x, p), p)));
    const first = layer(tf.ones([SIZE]), all[0]);
    return tf.mean(tf.square(tf.add(all.slice(1).reduce(layer, first), first))) as tf.Scalar;
  });

/** The gradients as tfjs computes them alone. */
function plain(f: () => tf.Scalar) {
  const { value, grads } = tf.variableGrads(f, all);
  return { value, gradients: new Map([...parameters].map(([name, { name: id }]) => [name, grads[id]])) };
}

async function measured(compute: typeof plain, f: () => tf.Scalar) {
  const before = tf.memory();
  let numbers: Float32Array[] = [];
  const { peakBytes } = await tf.profile(() => {
    const { value, gradients } = compute(f);
    numbers = [value, ...gradients.values()].map((tensor) => tensor.dataSync() as Float32Array);
    tf.dispose([value, [...gradients.values()]]);
  });
  expect(tf.memory().numTensors).toBe(before.numTensors);
  return { numbers, bytes: peakBytes - before.numBytes };
}

const early = (f: () => tf.Scalar) => lossAndGradients(parameters, f);

beforeAll(() => tf.setBackend('cpu'));

describe('gradients whose tape is released early', () => {
  it('are the same to the bit in the memory of the activations alone, and leave no tensor behind', async () => {
    const [late, soon] = [await measured(plain, loss), await measured(early, loss)];
    expect(soon.numbers).toEqual(late.numbers);
    // A layer's output and the three tensors that it saves; tfjs has beside those three as many gradients in the end.
    expect(soon.bytes).toBeLessThan(0.75 * late.bytes);
  });

  it('come out right of an op that passes on its gradient, a tensor that it saved, or one that is its own', async () => {
    const own = tf.keep(tf.fill([SIZE], 3));
    const passing = tf.customGrad((x) => ({ value: tf.mul(x as tf.Tensor, 1), gradFunc: (dy) => dy }));
    const ownGradient = tf.customGrad((x) => ({ value: tf.mul(x as tf.Tensor, 3), gradFunc: () => own }));
    const f = () =>
      tf.tidy(() => {
        let x: tf.Tensor = tf.ones([SIZE]);
        for (const p of all) x = passing(passing(tf.sin(ownGradient(tf.add(x, p)))));
        return tf.sum(x) as tf.Scalar;
      });
    const [late, soon] = [await measured(plain, f), await measured(early, f)];
    expect(soon.numbers).toEqual(late.numbers);
    expect(own.isDisposed).toBe(false);
    own.dispose();
  });

  it('come out right of an op that gives two inputs one gradient: its own, or one that it made', async () => {
    const adding = tf.customGrad((x, y) => ({
      value: tf.add(x as tf.Tensor, y as tf.Tensor),
      gradFunc: (dy) => [dy, dy],
    }));
    const doubling = tf.customGrad((x, y) => ({
      value: tf.mul(2, tf.add(x as tf.Tensor, y as tf.Tensor)),
      gradFunc(dy) {
        const both = tf.mul(2, dy);
        return [both, both];
      },
    }));
    const f = () =>
      tf.tidy(() => {
        const both = (x: tf.Tensor, p: tf.Tensor) => adding(tf.sin(x), doubling(tf.cos(p), tf.sin(p)));
        return tf.sum((all as tf.Tensor[]).reduce(both)) as tf.Scalar;
      });
    const [late, soon] = [await measured(plain, f), await measured(early, f)];
    expect(soon.numbers).toEqual(late.numbers);
  });

  it('may hold a gradient inside of the function', async () => {
    const cube = (x: tf.Tensor) => tf.mul(x, tf.square(x));
    const f = () => tf.tidy(() => tf.sum(tf.addN(all.map((p) => tf.grad(tf.grad(cube))(p)))) as tf.Scalar);
    const { numbers } = await measured(early, f); // d/dp of 6p
    expect(numbers.slice(1).map(([gradient]) => gradient)).toEqual(all.map(() => 6));
  });
});
