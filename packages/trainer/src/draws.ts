import { type BatchShape, normals, randomNormal, STREAMS, uniforms } from '@denoiser/ops';
import { add, mul, type Rank, type Tensor4D, tensor4d, tidy } from '@tensorflow/tfjs-core';
import type { TimestepSampler } from './timesteps/sampler';

/** The timesteps of `count` images of a step and the weights of their losses: functions of (seed, step, place). */
export function drawTimesteps(
  sampler: TimestepSampler,
  o: { seed: number; step: number; count: number },
): { t: Int32Array; weights: Float32Array } {
  const t = new Int32Array(o.count);
  const weights = new Float32Array(o.count);
  for (let index = 0; index < o.count; index++) {
    const [u] = uniforms({ seed: o.seed, stream: STREAMS.timesteps, step: o.step, index, count: 1 });
    const drawn = sampler.draw(u);
    t[index] = drawn.t;
    weights[index] = drawn.weight;
  }
  return { t, weights };
}

/**
 * The labels a training step sees, some of them dropped (−1), as classifier-free guidance needs it (Ho & Salimans 2022,
 * arXiv:2207.12598, algorithm 1). `per` 'sample': each with probability `dropout`; 'batch': all at once, as the original
 * program does.
 */
export function dropLabels(
  labels: Int32Array,
  o: { seed: number; step: number; dropout: number; per: 'sample' | 'batch' },
): Int32Array {
  const isDropped = (index: number) => {
    const [u] = uniforms({ seed: o.seed, stream: STREAMS.labelDropout, step: o.step, index, count: 1 });
    return u < o.dropout;
  };
  if (o.per === 'sample') return labels.map((label, i) => (isDropped(i) ? -1 : label));
  return isDropped(0) ? new Int32Array(labels.length).fill(-1) : labels;
}

/**
 * The noise of the images at `places` of a step's batch [B, H, W, C]. `offset` (offset noise, Guttenberg 2023, "Diffusion
 * with offset noise"): so much of one normal number for each image and channel is added to all of its pixels, which lets a
 * network learn the brightness of whole images.
 */
export function drawNoise(
  shape: BatchShape,
  o: { seed: number; step: number; places: readonly number[]; offset?: number; stream?: number },
): Tensor4D {
  const { seed, step, places, offset = 0, stream = STREAMS.trainingNoise } = o;
  return tidy(() => {
    const eps = randomNormal<Rank.R4>([...shape], { seed, stream, step, indices: [...places] }); // [B, H, W, C]
    if (offset === 0) return eps;
    const [batch, , , channels] = shape;
    const shifts = new Float32Array(batch * channels);
    places.forEach((index, i) => {
      const address = { seed, stream: STREAMS.offsetNoise, step, index, count: channels };
      shifts.set(normals(address), i * channels);
    });
    return add(eps, mul(tensor4d(shifts, [batch, 1, 1, channels]), offset));
  });
}
