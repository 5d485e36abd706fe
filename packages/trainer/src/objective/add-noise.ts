import type { Schedule } from '@denoiser/schedules';
import { add, mul, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { perImage } from './per-image';

/**
 * Noises images by the forward process q(x_t | x_0) (Ho et al. 2020, arXiv:2006.11239, eq. 4): x_t = √ᾱ_t·x_0 + √(1 − ᾱ_t)·ε
 * [B, H, W, C], of x0 and eps [B, H, W, C] and one timestep per image.
 */
export function addNoise(
  schedule: Pick<Schedule, 'sqrtAlphaBars' | 'sqrtOneMinusAlphaBars'>,
  x0: Tensor4D,
  eps: Tensor4D,
  t: ArrayLike<number>,
): Tensor4D {
  return tidy(() => {
    const signal = mul(
      x0,
      perImage(t, (time) => schedule.sqrtAlphaBars[time]),
    ); // [B, H, W, C]
    const noise = mul(
      eps,
      perImage(t, (time) => schedule.sqrtOneMinusAlphaBars[time]),
    ); // [B, H, W, C]
    return add(signal, noise);
  });
}
