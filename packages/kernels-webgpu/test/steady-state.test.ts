import {
  adamWStep,
  attention,
  conv2d,
  emaStep,
  globalNorm,
  groupNorm,
  layerNorm,
  linear,
  linearCombination,
  maxPool2x,
  meanSquaredError,
  randomNormal,
  silu,
  upsample2x,
} from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

const SHAPES = [[3, 3, 3, 8], [3, 3, 8, 8], [8], [8], [8, 24], [24], [8], [8], [8, 3], [3]];

/** A network with one of everything. [B, H, W, 3] → [B, H, W, 3] */
function network(p: tf.Tensor[], x: tf.Tensor4D): tf.Tensor4D {
  const [batch, height, width] = x.shape;
  const filters = p as tf.Tensor4D[];
  const vectors = p as tf.Tensor1D[];
  const wide = conv2d(x, filters[0] as tf.Tensor4D, { padding: 1 }); // [B, H, W, 8]
  const small = conv2d(maxPool2x(wide), filters[1] as tf.Tensor4D, { padding: 1 }); // [B, H/2, W/2, 8]
  const [scale, bias, tokenScale, tokenBias] = [2, 3, 6, 7].map((i) => vectors[i] as tf.Tensor1D) as [
    tf.Tensor1D,
    tf.Tensor1D,
    tf.Tensor1D,
    tf.Tensor1D,
  ];
  const normal = groupNorm(small, scale, bias, { groups: 2, activation: 'gelu' });
  const tokens = layerNorm(tf.reshape(normal, [batch, -1, 8]), tokenScale, tokenBias); // [B, N, 8]
  const [q, k, v] = tf.split(linear(tokens, p[4] as tf.Tensor2D, vectors[5] as tf.Tensor1D), 3, 2) as tf.Tensor3D[];
  const attended = attention(q as tf.Tensor3D, k as tf.Tensor3D, v as tf.Tensor3D, { heads: 2 }); // [B, N, 8]
  const square = tf.reshape(attended, normal.shape) as tf.Tensor4D;
  const large = tf.add<tf.Tensor4D>(upsample2x(square, { method: 'bilinear' }), wide); // [B, H, W, 8]
  const out = linear(silu(large), p[8] as tf.Tensor2D, vectors[9] as tf.Tensor1D);
  return tf.reshape(out, [batch, height, width, 3]);
}

it.skipIf(!webgpu)(
  'a train step and a sampling step make no GPU buffer and read nothing back but the loss',
  async () => {
    await tf.setBackend('webgpu');
    const { device } = webgpu as NonNullable<typeof webgpu>;
    const make = (of: (shape: number[], i: number) => tf.Tensor) =>
      tf.tidy(() => SHAPES.map((shape, i) => tf.variable(of(shape, i))));
    const parameters = make((shape, i) => tf.mul(values(shape, i), 0.3));
    const shadow = make((shape, i) => values(shape, i));
    const firstMoments = make((shape) => tf.zeros(shape));
    const secondMoments = make((shape) => tf.zeros(shape));

    /** Gives the loss, not read. */
    const train = (step: number) =>
      tf.tidy(() => {
        const eps = randomNormal<tf.Rank.R4>([2, 8, 8, 3], { seed: 1, step, indices: [0, 1] });
        const x0 = values([2, 8, 8, 3], step) as tf.Tensor4D; // comes from the processor
        const { value, grads } = tf.variableGrads(() => {
          return meanSquaredError(network(parameters, linearCombination([x0, eps], [0.8, 0.6])), eps);
        });
        const gradients = parameters.map(({ name }) => grads[name] as tf.Tensor);
        const gradientScale = tf.minimum<tf.Scalar>(tf.div(1, globalNorm(gradients)), 1);
        adamWStep({ parameters, gradients, firstMoments, secondMoments, step, gradientScale });
        emaStep({ shadow, parameters, decay: 0.99 });
        return value;
      });
    let x = randomNormal<tf.Rank.R4>([2, 8, 8, 3], { seed: 1, step: 0, indices: [0, 1] });
    const sample = (step: number) => {
      const next = tf.tidy(() => {
        const z = randomNormal<tf.Rank.R4>([2, 8, 8, 3], { seed: 1, stream: 1, step, indices: [0, 1] });
        return linearCombination([x, network(shadow, x), z], [0.9, 0.1, 0.05]);
      });
      x.dispose();
      x = next;
    };

    const counts = { buffers: 0, copies: 0 };
    const createBuffer = device.createBuffer.bind(device);
    device.createBuffer = (descriptor) => {
      counts.buffers++;
      return createBuffer(descriptor);
    };
    const createCommandEncoder = device.createCommandEncoder.bind(device);
    device.createCommandEncoder = (descriptor) => {
      const encoder = createCommandEncoder(descriptor);
      const copy = encoder.copyBufferToBuffer.bind(encoder) as (...args: unknown[]) => void;
      encoder.copyBufferToBuffer = (...args: unknown[]) => {
        counts.copies++;
        copy(...args);
      };
      return encoder;
    };
    const round = async (step: number) => {
      const losses = [train(2 * step), train(2 * step + 1)];
      for (let i = 0; i < 3; i++) sample(3 * step + i);
      for (const loss of losses) expect(Number.isFinite((await loss.data())[0])).toBe(true);
      tf.dispose(losses);
    };
    try {
      for (let step = 1; step <= 3; step++) await round(step);
      const { numTensors } = tf.memory();
      Object.assign(counts, { buffers: 0, copies: 0 });
      for (let step = 4; step <= 8; step++) await round(step);
      expect(counts).toEqual({ buffers: 0, copies: 10 }); // a copy is a number read: two losses a round
      expect(tf.memory().numTensors).toBe(numTensors);
    } finally {
      Object.assign(device, { createBuffer, createCommandEncoder });
      tf.dispose([parameters, shadow, firstMoments, secondMoments, x]);
    }
  },
);
