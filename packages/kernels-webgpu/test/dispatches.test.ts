import { attention, groupNorm, layerNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import type { Dispatch } from '../src/dispatch';
import { dawn } from './dawn';

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
      gradient: ['groupMoments', 'groupNormGradSums', 'groupNormGradApply'],
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
