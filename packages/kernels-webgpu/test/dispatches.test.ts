import { adamWStep, attention, emaStep, globalNorm, groupNorm, layerNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import type { Dispatch } from '../src/dispatch';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

type Op = (...tensors: tf.Tensor[]) => tf.Tensor;
const norm =
  (groups: number, withResidual = false): Op =>
  (x, scale, bias, residual) =>
    groupNorm(x as tf.Tensor4D, scale as tf.Tensor1D, bias as tf.Tensor1D, {
      groups,
      activation: 'gelu',
      ...(withResidual && { residual: residual as tf.Tensor4D }),
    });

describe.skipIf(!webgpu)('The original network’s layers take few dispatches', () => {
  const backend = webgpu?.backend as NonNullable<typeof webgpu>['backend'];
  const recorded: Dispatch[] = [];
  const { run, capabilities } = backend ?? {};
  beforeAll(async () => {
    await tf.setBackend('webgpu');
    // With what every device has; nothing is computed, only counted.
    Object.assign(backend, {
      run: (dispatch: Dispatch) => recorded.push(dispatch),
      capabilities: { ...capabilities, storageBuffers: 8 },
    });
  });
  afterAll(() => void Object.assign(backend, { run, capabilities }));

  const names = () => recorded.splice(0).map(({ key }) => key.split(' ')[0]);
  const cases: { what: string; op: Op; shapes: number[][]; forward: string[]; gradient: string[] }[] = [
    {
      what: 'group normalization of 64×64 pixels',
      op: norm(1, true),
      shapes: [[1, 64, 64, 64], [64], [64], [1, 64, 64, 64]],
      forward: ['groupMoments', 'groupNorm'],
      gradient: ['groupNormGradSums', 'groupNormGradApply'],
    },
    {
      what: 'group normalization of 8×8 pixels, one image',
      op: norm(1),
      shapes: [[1, 8, 8, 256], [256], [256]],
      forward: ['groupNorm'],
      gradient: ['groupNormGrad'],
    },
    {
      what: 'group normalization in many groups, several images',
      op: norm(32, true),
      shapes: [[4, 64, 64, 128], [128], [128], [4, 64, 64, 128]],
      forward: ['groupNorm'],
      gradient: ['groupNormGrad', 'columnSums'],
    },
    {
      what: 'layer normalization of 4096 tokens',
      op: (x, scale, bias) => layerNorm(x, scale as tf.Tensor1D, bias as tf.Tensor1D),
      shapes: [[1, 4096, 64], [64], [64]],
      forward: ['layerNorm'],
      gradient: ['layerNormGrad', 'columnSums'],
    },
    {
      what: 'attention of 4096 tokens',
      op: (q, k, v) => attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { heads: 4 }),
      shapes: Array.from({ length: 3 }, () => [1, 4096, 64]),
      forward: ['attention'],
      gradient: ['attentionGradQueries', 'attentionGradKeys'],
    },
  ];
  for (const { what, op, shapes, forward, gradient } of cases) {
    it(what, () => {
      const inputs = shapes.map((shape) => tf.zeros(shape));
      tf.dispose(op(...inputs));
      expect(names()).toEqual(forward);
      tf.dispose(tf.grads(op)(inputs, inputs[0]));
      const own = recorded.map(({ reads, writes }) => Object.keys(reads).length + Object.keys(writes).length);
      expect(Math.max(...own)).toBeLessThanOrEqual(8);
      expect(names()).toEqual([...forward, ...gradient]);
      tf.dispose(inputs);
    });
  }

  it('their own tensors are given back', () => {
    const before = backend.numDataIds();
    const inputs = [[2, 64, 64, 8], [8], [8]].map((shape) => tf.zeros(shape));
    tf.dispose(tf.grads(norm(1))(inputs));
    tf.dispose(inputs);
    expect(backend.numDataIds()).toBe(before);
  });
});

describe.skipIf(!webgpu)(
  'What is done to every parameter takes few dispatches: one for those that lie together, else as many as a shader’s buffers ask for',
  () => {
    /** The dispatches of one call over 14 parameters, all of a multiple of 4 values. */
    async function count(storageBuffers: number, of: (lists: tf.Variable[][]) => void): Promise<number> {
      await tf.setBackend('webgpu');
      const backend = webgpu?.backend as NonNullable<typeof webgpu>['backend'];
      const lists = tf.tidy(() =>
        Array.from({ length: 4 }, (_, list) =>
          Array.from({ length: 14 }, (_, i) => tf.variable(values([4 + 4 * i], list))),
        ),
      );
      const { run, capabilities } = backend;
      let dispatches = 0;
      Object.assign(backend, {
        capabilities: { ...capabilities, storageBuffers },
        run: (...args: Parameters<typeof run>) => {
          dispatches++;
          run.apply(backend, args);
        },
      });
      tf.tidy(() => of(lists));
      Object.assign(backend, { run, capabilities });
      tf.dispose(lists);
      return dispatches;
    }
    const adamW =
      (gradientScale?: number) =>
      ([parameters = [], gradients = [], firstMoments = [], secondMoments = []]: tf.Variable[][]) => {
        const scale = gradientScale === undefined ? {} : { gradientScale: tf.scalar(gradientScale) };
        adamWStep({ parameters, gradients, firstMoments, secondMoments, step: 1, ...scale });
      };

    it('AdamW puts them together; a limit on the norm costs none', async () => {
      expect(await count(8, adamW())).toBe(1);
      expect(await count(8, adamW(0.5))).toBe(1);
    });

    it('the average of parameters that lie apart: two buffers for each', async () => {
      expect(await count(8, ([shadow = [], parameters = []]) => emaStep({ shadow, parameters, decay: 0.9 }))).toBe(4);
    });

    it('the norm of gradients that lie apart: one, and one for the sums', async () => {
      expect(await count(8, ([gradients = []]) => void globalNorm(gradients))).toBe(3);
    });
  },
);
