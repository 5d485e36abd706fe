import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { registerWebGPU } from '@denoiser/kernels-webgpu';
import { type TensorEntry, writeSafetensors } from '@denoiser/safetensors';
import { createPlan, ddpm, type NoiseSource, sampleImages } from '@denoiser/samplers';
import { createSchedule } from '@denoiser/schedules';
import { loadUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import manifest from '../../../packages/unet/test/fixtures/manifest.json';
import { nchwToNhwc, seedData, seedParameter } from '../../../packages/unet/test/seed-formula';

/**
 * The original's tiny networks and its samples, computed where this file is loaded (a page or a worker) and compared with
 * what PyTorch gave. Asked from outside, through `globalThis.seed`.
 */

const NETWORKS = manifest.forward;
const RUNS = {
  'ddpm-tiny': { network: 'unet-tiny', noisePrefix: 'ddpm-tiny' },
  'ddpm-tiny-cfg3': { network: 'unet-tiny-conditional', noisePrefix: 'ddpm-tinyc' },
} as const;

export type Device = 'cpu-engine' | 'webgpu' | 'webgl';

const seed = {
  /** Computes on this device from now on. Gives the threads of the CPU engine, 1 on others. */
  async use(device: Device): Promise<number> {
    if (device === 'cpu-engine') {
      const engine = await registerCpuEngine();
      await tf.setBackend(engine.backendName);
      return engine.threads;
    }
    if (device === 'webgpu') await registerWebGPU();
    if (!(await tf.setBackend(device))) throw new Error(`tfjs has no ${device} here`);
    return 1;
  },

  /** The largest difference of a network's output from the original's. */
  async outputDifference(name: 'unet-tiny' | 'unet-tiny-conditional'): Promise<number> {
    const { batch, image_size: size, inputs, t, y, output } = NETWORKS[name];
    const nchw = [batch, 3, size, size];
    const model = loadNetwork(name);
    const x = tf.tensor4d(nchwToNhwc(seedData(inputs.x, nchw), nchw), [batch, size, size, 3]);
    const labels = y ? tf.tensor1d(y, 'int32') : undefined;
    const eps = tf.tidy(() => model.denoiser()(x, tf.tensor1d(t, 'int32'), { labels })); // [B, H, W, 3]
    return largestDifference(await eps.data(), nchwToNhwc(await fetchFloats(output), nchw));
  },

  /** Samples as the original did, with its noise. The largest differences from its images, as numbers and as bytes. */
  async sampleDifference(name: keyof typeof RUNS): Promise<{ x0: number; bytes: number }> {
    const { noise_steps: steps, batch, image_size: size, y, cfg_scale: scale, ...files } = manifest.sampling[name];
    const { network, noisePrefix } = RUNS[name];
    const nchw = [batch, 3, size, size];
    const shape: [number, number, number, number] = [batch, size, size, 3];
    const noise: NoiseSource = ({ purpose, step }) => {
      const key = `${noisePrefix}:noise:${purpose === 'initial' ? 'init' : steps - 1 - step}`;
      return tf.tensor4d(nchwToNhwc(seedData(key, nchw), nchw), shape);
    };
    const images = await sampleImages({
      denoiser: loadNetwork(network).denoiser(),
      plan: createPlan({
        process: createSchedule({ type: 'linear', steps }),
        solver: ddpm({ variance: 'beta' }),
        spacing: 'original',
      }),
      shape,
      noise,
      conditioning: y ? { labels: tf.tensor1d(y, 'int32') } : undefined,
      guidance: { scale },
    });
    const x0 = await images.data();
    // As the original rounds: towards zero.
    const bytes = Array.from(x0, (value) => Math.trunc(((Math.min(1, Math.max(-1, value)) + 1) / 2) * 255));
    return {
      x0: largestDifference(x0, nchwToNhwc(await fetchFloats(files.x0), nchw)),
      bytes: largestDifference(bytes, nchwToNhwc(new Uint8Array(await fetchBuffer(files.uint8)), nchw)),
    };
  },
};

export type Seed = typeof seed;
Object.assign(globalThis, { seed });

function loadNetwork(name: keyof typeof NETWORKS) {
  const tensors = new Map<string, TensorEntry>();
  for (const [parameter, shape] of Object.entries(NETWORKS[name].parameter_shapes)) {
    tensors.set(parameter, { dtype: 'F32', shape, data: seedParameter(parameter, shape) });
  }
  return loadUNet(writeSafetensors({ metadata: {}, tensors }));
}

async function fetchBuffer(file: string): Promise<ArrayBuffer> {
  const response = await fetch(`/fixtures/${file}`);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.arrayBuffer();
}

const fetchFloats = async (file: string) => new Float32Array(await fetchBuffer(file));

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  // Written so that NaN counts as a difference.
  for (let i = 0; i < a.length; i++) if (!(Math.abs(a[i] - b[i]) <= largest)) largest = Math.abs(a[i] - b[i]);
  return largest;
}
