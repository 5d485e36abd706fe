import { adamWStep, emaStep, globalNorm, linear } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import type { Dispatch } from '../src/dispatch';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

/** Of two linear layers. */
const SHAPES = [[3, 5], [5], [5, 4], [4]];

describe.skipIf(!webgpu)('Tensors that lie behind one another stay tensors of their own', () => {
  const backend = webgpu?.backend as NonNullable<typeof webgpu>['backend'];
  beforeAll(async () => void (await tf.setBackend('webgpu')));

  const variables = (of: (shape: number[], i: number) => tf.Tensor) =>
    tf.tidy(() => SHAPES.map((shape, i) => tf.variable(of(shape, i))));
  const state = () => ({
    parameters: variables((shape, i) => values(shape, i)),
    firstMoments: variables((shape) => tf.zeros(shape)),
    secondMoments: variables((shape) => tf.zeros(shape)),
    shadow: variables((shape, i) => values(shape, i)),
  });
  type State = ReturnType<typeof state>;
  /** A step of training, and what it left to the GPU; its gradients stay with whoever asks for them. */
  function train({ shadow, ...trained }: State, step: number): tf.Tensor[] {
    const [w0, b0, w1, b1] = trained.parameters as unknown as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D, tf.Tensor1D];
    return tf.tidy(() => {
      const loss = () => tf.sum(tf.square(linear(linear(values([2, 3], 9), w0, b0), w1, b1))) as tf.Scalar;
      const { grads } = tf.variableGrads(loss, [...trained.parameters]);
      const gradients = trained.parameters.map(({ name }) => grads[name] as tf.Tensor);
      const gradientScale = tf.div<tf.Scalar>(1, globalNorm(gradients));
      adamWStep({ ...trained, gradients, step, gradientScale });
      emaStep({ shadow, parameters: trained.parameters, decay: 0.5 });
      return gradients;
    });
  }
  const read = (tensors: readonly tf.Tensor[]) => Promise.all(tensors.map(async (one) => Array.from(await one.data())));

  it('one dispatch is enough for all of them, two for their norm', () => {
    const one = state();
    tf.dispose(train(one, 1));
    const recorded: Dispatch[] = [];
    const { run } = backend;
    Object.assign(backend, {
      run: (dispatch: Dispatch) => {
        recorded.push(dispatch);
        run.call(backend, dispatch);
      },
    });
    tf.dispose(train(one, 2));
    Object.assign(backend, { run });
    const names = recorded.map(({ key }) => key.split(' ')[0]);
    expect(names.filter((name) => /adamW|ema|squares|rootOfSum/.test(name as string))).toEqual([
      ...['squares', 'rootOfSum', 'adamW', 'ema'],
    ]);
    tf.dispose(Object.values(one));
  });

  it('is as if each had a buffer of its own: read, by tfjs’s kernels, as clones, when one is assigned', async () => {
    const [one, other] = [state(), state()];
    for (const step of [1, 2]) tf.dispose(train(one, step));
    // The same with new buffers before the second step.
    tf.dispose(train(other, 1));
    const kept: tf.Tensor[] = [];
    for (const variable of Object.values(other).flat()) {
      const copy = tf.tensor(await variable.data(), variable.shape);
      variable.assign(copy);
      kept.push(tf.clone(copy));
      copy.dispose();
    }
    tf.dispose(train(other, 2));
    const [found, expected] = [await read(Object.values(one).flat()), await read(Object.values(other).flat())];
    expect(found).toEqual(expected);
    const [first, second] = one.parameters as [tf.Variable, tf.Variable];
    const [a, b] = found as [number[], number[]];
    const doubled = tf.tidy(() => [tf.add(first, tf.clone(first)), tf.relu(second)]);
    expect(await read(doubled)).toEqual([a.map((x) => Math.fround(2 * x)), b.map((x) => Math.max(0, x))]);
    const assigned = tf.tensor1d([1, 2, 3, 4, 5]);
    second.assign(assigned);
    expect((await read(one.parameters)).slice(0, 3)).toEqual([found[0], [1, 2, 3, 4, 5], found[2]]);
    expect(await read(kept)).not.toEqual(expected); // clones keep what they had
    tf.dispose([doubled, assigned, kept, Object.values(one), Object.values(other)]);
  });

  it('gradients that somebody keeps are not overwritten by the next step’s', async () => {
    const one = state();
    tf.dispose(train(one, 1));
    const gradients = train(one, 2);
    const before = await read(gradients);
    const next = train(one, 3);
    expect(await read(gradients)).toEqual(before);
    expect(await read(next)).not.toEqual(before);
    tf.dispose([gradients, next, Object.values(one)]);
  });

  it('the last one that is disposed takes the memory with it', () => {
    const flush = () => {
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
    };
    flush();
    const before = backend.bufferManager.numBytesUsed;
    const one = state();
    for (const step of [1, 2]) tf.dispose(train(one, step));
    expect(backend.bufferManager.numBytesUsed).toBeGreaterThan(before);
    tf.dispose(Object.values(one));
    flush();
    expect(backend.bufferManager.numBytesUsed).toBe(before);
  });
});
