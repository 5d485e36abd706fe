import { conv2d, groupNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import type { Dispatch } from '../src/dispatch';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)(
  'What a convolution leaves of its result’s moments is what group normalization would find',
  () => {
    const backend = webgpu?.backend as NonNullable<typeof webgpu>['backend'];
    beforeAll(async () => void (await tf.setBackend('webgpu')));

    const cases = [
      { what: 'small tiles', x: [2, 16, 32, 8], outputs: 64, parts: 32 },
      { what: 'square tiles', x: [1, 64, 64, 4], outputs: 64, parts: 64 },
      { what: 'wide tiles', x: [2, 64, 64, 4], outputs: 64, parts: 32 },
      { what: 'tiles of a sum that is split', x: [2, 8, 8, 256], outputs: 64, parts: 16 },
      { what: 'nothing, of a few pixels', x: [1, 2, 2, 32], outputs: 64, parts: undefined },
      { what: 'nothing, where tiles don’t divide an image', x: [2, 9, 9, 8], outputs: 64, parts: undefined },
      { what: 'nothing, where channels are no whole tiles', x: [1, 16, 32, 8], outputs: 24, parts: undefined },
    ];
    for (const { what, x: shape, outputs, parts } of cases) {
      it(what, async () => {
        const inputs = tf.tidy(() => [
          tf.add(values(shape, 1), 3), // far from 0
          values([3, 3, shape[3] as number, outputs], 2),
          values([outputs], 3),
          values([outputs], 4),
        ]);
        const run = (groups: number | undefined) =>
          tf.tidy(() => {
            const [x, filter, scale, bias] = inputs as [tf.Tensor4D, tf.Tensor4D, tf.Tensor1D, tf.Tensor1D];
            const z = conv2d(x, filter, { padding: 1, ...(groups && { groups }) });
            const left = backend.momentsOf(z)?.shape;
            return { left, y: groupNorm(z, scale, bias, { groups: 1, activation: 'gelu' }) };
          });
        const before = backend.numDataIds();
        const [one, other] = [run(1), run(undefined)];
        expect(one.left).toEqual(parts && [shape[0], parts, 2]);
        expect(other.left).toBeUndefined();
        const [found, expected] = [await one.y.data(), await other.y.data()];
        // Two ways of adding up: a few roundings of numbers of size 4.
        found.forEach((value, i) => void expect(Math.abs(value - (expected[i] as number))).toBeLessThan(2e-5));
        tf.dispose([one.y, other.y]);
        backend.ensureCommandEncoderReady();
        backend.endComputePassEncoder();
        backend.submitQueue();
        expect(backend.numDataIds()).toBe(before);
        tf.dispose(inputs);
      });
    }

    it('normalizing takes one dispatch then, its gradient two', () => {
      const names: string[] = [];
      const { run } = backend;
      Object.assign(backend, {
        run: (dispatch: Dispatch) => {
          names.push(dispatch.key.split(' ')[0] as string);
          run.call(backend, dispatch);
        },
      });
      const [filter, vector] = [values([3, 3, 8, 64], 1), values([64], 2)] as [tf.Tensor4D, tf.Tensor1D];
      const f = (x: tf.Tensor) =>
        groupNorm(conv2d(x as tf.Tensor4D, filter, { padding: 1, groups: 1 }), vector, vector, { groups: 1 });
      const x = values([1, 32, 32, 8], 3);
      tf.dispose(tf.grad(f)(x));
      Object.assign(backend, { run });
      expect(names.filter((name) => name.startsWith('group'))).toEqual([
        ...['groupNorm', 'groupNormGradSums', 'groupNormGradApply'],
      ]);
      tf.dispose([filter, vector, x]);
    });
  },
);
