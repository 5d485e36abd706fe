import { STREAMS, uniforms } from '@denoiser/ops';

/**
 * The timesteps of the images at `places` of a step's batch, uniform in 1 … T − 1 (in the original, t = 0 is never
 * trained).
 */
export function drawTimesteps(o: {
  seed: number;
  step: number;
  places: ArrayLike<number>;
  timesteps: number;
}): Int32Array {
  return Int32Array.from(o.places, (index) => {
    const [u] = uniforms({ seed: o.seed, stream: STREAMS.timesteps, step: o.step, index, count: 1 });
    return 1 + Math.floor(u * (o.timesteps - 1));
  });
}

/**
 * The labels a training step sees: all of them or, with probability `dropout`, none (−1), as classifier-free guidance
 * needs it (Ho & Salimans 2022, arXiv:2207.12598, algorithm 1; the original program drops a whole batch at once).
 */
export function dropLabels(labels: Int32Array, o: { seed: number; step: number; dropout: number }): Int32Array {
  const [u] = uniforms({ seed: o.seed, stream: STREAMS.labelDropout, step: o.step, index: 0, count: 1 });
  return u < o.dropout ? new Int32Array(labels.length).fill(-1) : labels;
}
