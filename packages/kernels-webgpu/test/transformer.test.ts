import { attentionBlock, feedForwardBlock } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

type Block = (x: tf.Tensor3D, ...weights: tf.Tensor[]) => tf.Tensor3D;
const norm = (weight?: tf.Tensor, bias?: tf.Tensor) => ({ weight: weight as tf.Tensor1D, bias: bias as tf.Tensor1D });
const affine = (weight?: tf.Tensor, bias?: tf.Tensor) => ({ weight: weight as tf.Tensor2D, bias: bias as tf.Tensor1D });
const blocks: Record<string, { width: number; block: Block }> = {
  'the half that attends': {
    width: 3,
    block: (x, a, b, c, d, e, f) =>
      attentionBlock(x, { norm: norm(a, b), qkv: affine(c, d), out: affine(e, f), heads: 2 }),
  },
  'the half that feeds forward': {
    width: 2,
    block: (x, a, b, c, d, e, f) =>
      feedForwardBlock(x, { norm: norm(a, b), first: affine(c, d), activation: 'gelu', second: affine(e, f) }),
  },
};
/** Rows that are no whole tiles; few rows; channels that are no multiple of 4; sums that are split. */
const sizes = [
  [1, 70, 64],
  [2, 600, 32],
  [1, 3, 16],
  [2, 20, 6],
];

describe.skipIf(!webgpu)('A transformer block in few passes is what the ops give one after the other', () => {
  for (const [name, { width, block }] of Object.entries(blocks)) {
    const inner = width === 3 ? 1 : width; // of what goes into the second product
    for (const [batch, rows, channels] of sizes as [number, number, number][]) {
      it(`${name}, [${[batch, rows, channels]}]`, async () => {
        const shapes = [[batch, rows, channels], [channels], [channels], [channels, width * channels]];
        shapes.push([width * channels], [inner * channels, channels], [channels], [batch, rows, channels]);
        const on = async (backend: string) => {
          await tf.setBackend(backend);
          const [x, ...rest] = tf.tidy(() =>
            shapes.map((shape, i) =>
              tf.mul(values(shape, i), shape.length === 2 ? 1 / Math.sqrt(shape[0] as number) : 1),
            ),
          ) as [tf.Tensor3D, ...tf.Tensor[]];
          const [dy, inputs] = [rest.pop() as tf.Tensor, [x, ...rest]];
          const before = tf.memory().numTensors;
          const op = (...all: tf.Tensor[]) => block(all[0] as tf.Tensor3D, ...all.slice(1));
          const all = [op(...inputs), ...tf.grads(op)(inputs, dy)];
          expect(tf.memory().numTensors - before).toBe(all.length);
          const arrays = await Promise.all(all.map((one) => one.data()));
          tf.dispose([all, inputs, dy]);
          return arrays;
        };
        webgpu?.device.pushErrorScope('validation');
        const found = await on('webgpu');
        expect(await webgpu?.device.popErrorScope()).toBeNull();
        const expected = await on('cpu'); // made of tfjs's core ops
        found.forEach((list, output) => {
          const wanted = expected[output] as Float32Array;
          const size = Math.sqrt(wanted.reduce((sum, value) => sum + value * value, 0) / list.length);
          // Sums of a thousand roundings and more, as a random walk, several of them one after the other.
          list.forEach((value, i) => void expect(Math.abs(value - (wanted[i] as number)) / size).toBeLessThan(1e-4));
        });
      });
    }
  }
});
