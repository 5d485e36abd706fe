import { silu } from '@denoiser/ops';
import { openModel, type WeightsModel } from '@denoiser/pipeline';
import { convertTensor, readSafetensors, type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import { createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { CASES, type CaseName, golden, goldenFile, largestDifference } from '../../unet/test/golden';
import { selectDevice } from '../src/device/select-device';
import { drawImages } from '../src/model/draw';
import { noAdapter } from './adapter';

/** Relative error of a number that is rounded to float16, at most: half of a unit in its 11th bit. */
const UNIT = 2 ** -11;

const tiny = goldenFile(CASES['unet-tiny'].parameter_shapes);
const halved = (file: TensorFile): Uint8Array =>
  writeSafetensors({
    ...file,
    tensors: new Map([...file.tensors].map(([name, entry]) => [name, convertTensor(entry, 'F16')] as const)),
  });

/** A network of a few kernels: in software it is their compiling that takes the time. */
const small: Parameters<typeof createUNet2D>[0] = {
  sample_size: 8,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
};

const rms = (values: ArrayLike<number>): number =>
  Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);

async function pictures(model: WeightsModel): Promise<Float32Array> {
  const { data } = await drawImages(model, { sampler: 'ddim', steps: 2, seed: 3 });
  return data;
}

/** Once what was recorded is handed over, upon which memory is given back. */
async function bytesInGpu(): Promise<number> {
  const one = tf.tidy(() => silu(tf.zeros([8])));
  await one.data();
  one.dispose();
  return (tf.memory() as tf.MemoryInfo & { numBytesInGPU: number }).numBytesInGPU;
}

describe.skipIf(noAdapter)('Weights of half precision on a graphics card', () => {
  beforeAll(async () => void (await selectDevice({ device: 'webgpu' })));

  test.each(['unet-tiny', 'unet-tiny-conditional'] as const satisfies CaseName[])(
    "%s gives the original's output to what rounding its weights does",
    async (name) => {
      const { model, x, time, conditioning, expected } = golden(name, { precision: 'f16' });
      const y = (await tf.tidy(() => model.denoiser()(x, time, conditioning)).data()) as Float32Array;
      // Each product's error is its weights', of UNIT/√3 in the mean, times its result; a norm follows it. The errors of all products
      // that are on a way through the network add up to no more than their number times that.
      const products = [...model.parameters].filter(([, { shape }]) => shape.length > 1).length;
      const error = rms(y.map((value, i) => value - (expected[i] as number))) / rms(expected);
      expect(error).toBeLessThan((products * UNIT) / Math.sqrt(3));
      expect(error).toBeGreaterThan(1e-6); // they were rounded
      tf.dispose([x, time, conditioning]);
      model.dispose();
    },
  );

  test('unet-tiny gives it, too, where all that is computed is rounded, in as many dispatches', async () => {
    const backend = tf.backend() as unknown as { makeFor(): object; run(): void };
    const counts: number[][] = [];
    for (const precision of ['f16', 'f16-all'] as const) {
      const { model, x, time, conditioning, expected } = golden('unet-tiny', { precision });
      const rounded = vi.spyOn(backend, 'makeFor');
      const dispatched = vi.spyOn(backend, 'run');
      const y = tf.tidy(() => model.denoiser()(x, time, conditioning));
      const [results, dispatches] = [rounded.mock.calls.length, dispatched.mock.calls.length];
      vi.restoreAllMocks();
      counts.push([results, dispatches]);
      if (precision === 'f16-all') {
        const data = (await y.data()) as Float32Array;
        const error = rms(data.map((value, i) => value - (expected[i] as number))) / rms(expected);
        // As above, and what is stored is rounded as weights are.
        const products = [...model.parameters].filter(([, { shape }]) => shape.length > 1).length;
        expect(error).toBeLessThan(((products + results) * UNIT) / Math.sqrt(3));
      }
      tf.dispose([x, time, conditioning, y]);
      model.dispose();
    }
    expect(counts[1]).toEqual(counts[0]);
  });

  test('a UNet2DModel, too, keeps all of it as float16', async () => {
    const { parameters, ...made } = createUNet2D(small);
    const rounded = made.importParameters(await made.exportParameters(parameters), { precision: 'f16-all' });
    const widened = vi.spyOn(tf.backend() as unknown as { takeOut(): void }, 'takeOut');
    const x = tf.ones([1, 8, 8, 3]) as tf.Tensor4D;
    const y = tf.tidy(() => made.denoiser(rounded)(x, tf.tensor1d([5], 'int32')));
    expect(widened).not.toHaveBeenCalled();
    expect(await y.data()).not.toContain(Number.NaN);
    vi.restoreAllMocks();
    tf.dispose([x, y, ...rounded.values()]);
    made.dispose();
  });

  test('a file that has such numbers gives the same pictures, bit for bit, from half of the memory', async () => {
    const made = createUNet2D(small);
    const file = halved(await made.exportParameters(made.parameters));
    made.dispose();
    const drawn: Float32Array[] = [];
    const sizes: number[] = [];
    for (const precision of ['f32', 'f16', 'f16-all'] as const) {
      const before = await bytesInGpu();
      using model = await openModel(file, { precision });
      drawn.push(await pictures(model));
      const after = await bytesInGpu(); // weights of float32 go up when they are used
      sizes.push(after - before);
      await pictures(model);
      expect(await bytesInGpu()).toBe(after); // nothing of it was widened
    }
    expect(drawn[1]).toEqual(drawn[0]);
    expect(drawn[2]).not.toEqual(drawn[0]);
    // Of one call, where no error of another is added to it; see above.
    expect(largestDifference(drawn[2] as Float32Array, drawn[0] as Float32Array)).toBeLessThan(0.05);
    const [whole, half, all] = sizes as [number, number, number];
    expect(all).toBe(half);
    expect(half / whole).toBeGreaterThan(0.5); // norms and biases are whole
    expect(half / whole).toBeLessThan(0.6);
  });

  test('they are what a file of float32 says when they are written', async () => {
    using model = await openModel(halved(readSafetensors(tiny)), { precision: 'f16' });
    const { tensors } = await model.network.exportParameters(model.network.parameters);
    const original = readSafetensors(halved(readSafetensors(tiny))).tensors;
    for (const [name, entry] of tensors) {
      expect(convertTensor(entry, 'F16').data, name).toEqual(original.get(name)?.data);
    }
  });

  test('numbers that float16 has not are refused', async () => {
    const file = readSafetensors(tiny);
    const entry = file.tensors.get('outc.weight');
    (entry?.data as Float32Array)[3] = -65520; // the first that is rounded to infinity
    await expect(openModel(writeSafetensors(file), { precision: 'f16', name: 'big' })).rejects.toMatchObject({
      code: 'option-invalid',
      message: expect.stringMatching(
        /^big: `precision` f16 has no number as large as one of outc\.weight, .+ take f32/,
      ),
    });
  });
});

test('A device that computes with float32 alone says so', async () => {
  await selectDevice({ device: 'cpu' });
  await expect(openModel(tiny, { precision: 'f16', name: 'mine' })).rejects.toMatchObject({
    code: 'precision-unsupported',
    message: expect.stringMatching(/^mine: `precision` f16 is for WebGPU, and this device computes with float32 alone/),
  });
  await expect(openModel(tiny, { precision: 'bf16' as 'f16' })).rejects.toMatchObject({
    code: 'option-invalid',
    message: expect.stringMatching(/`precision` must be one of f32, f16, f16-all, not "bf16"/),
  });
});
