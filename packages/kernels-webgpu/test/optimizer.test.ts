import { adamWStep, emaStep, globalNorm } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { registerWebGPU } from '../src';
import { dawn } from './dawn';
import { values } from './values';

const gpu = await dawn();
const webgpu = gpu && (await registerWebGPU({ gpu }));

describe.skipIf(!webgpu)('What is done to every parameter takes as few dispatches as a shader sees buffers', () => {
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

  it('AdamW: four buffers for a parameter; a limit on the norm costs none', async () => {
    expect(await count(8, adamW())).toBe(7);
    expect(await count(8, adamW(0.5))).toBe(7);
    expect(await count(12, adamW(0.5))).toBe(5);
  });

  it('the average: two', async () => {
    expect(await count(8, ([shadow = [], parameters = []]) => emaStep({ shadow, parameters, decay: 0.9 }))).toBe(4);
  });

  it('the norm: one, and one for the sums', async () => {
    expect(await count(8, ([gradients = []]) => void globalNorm(gradients))).toBe(3);
  });
});
