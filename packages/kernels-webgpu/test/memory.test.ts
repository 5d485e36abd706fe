import { allocating } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { registerWebGPU } from '../src';
import { dawn } from './dawn';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)('Memory of a graphics adapter', () => {
  const { backend, device } = webgpu as NonNullable<typeof webgpu>;
  beforeEach(async () => void (await tf.setBackend('webgpu')));
  afterEach(() => vi.restoreAllMocks());

  it('is checked before a tensor is made that no buffer has room for', () => {
    const { capabilities } = backend;
    Object.assign(backend, { capabilities: { ...capabilities, tensorBytes: 2 ** 20 } });
    try {
      const fits = tf.ones([2 ** 18]);
      expect(() => tf.neg(tf.ones([2 ** 18 + 1]))).toThrow(
        expect.objectContaining({
          code: 'out-of-memory',
          message: expect.stringMatching(
            /^A tensor of \[262145\] takes 1.0 MiB, and this .+ has room for 1.0 MiB in one/,
          ),
        }),
      );
      tf.neg(fits).dispose();
    } finally {
      Object.assign(backend, { capabilities });
    }
  });

  it('that was there is not missed', async () => {
    const sum = await allocating(() => tf.sum(tf.ones([8])));
    expect(await sum.data()).toEqual(Float32Array.of(8));
  });

  it('that was not there is said when the work is done, and its buffers are not used again', async () => {
    const pop = device.popErrorScope.bind(device);
    vi.spyOn(device, 'popErrorScope').mockImplementation(async () => {
      await pop();
      return { message: 'no memory' } as GPUError; // as after a buffer that could not be made
    });
    const made = vi.spyOn(device, 'createBuffer');
    const square = () => tf.tidy(() => void tf.square(tf.fill([3, 1237], 2)));
    await expect(allocating(square)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringMatching(/has no memory left for this; choose a smaller batch/),
    });
    const before = made.mock.calls.length;
    expect(before).toBeGreaterThan(0);
    square();
    expect(made.mock.calls.length).toBeGreaterThan(before);
  });

  it('is asked about where the work itself fails, and the scope is closed', async () => {
    const failing = allocating(() => {
      throw new Error('mistake');
    });
    await expect(failing).rejects.toThrow('mistake');
    await expect(device.popErrorScope()).rejects.toThrow(); // there is none left
  });
});
