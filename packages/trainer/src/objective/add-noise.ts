import { levelAt } from '@denoiser/schedules';
import { add, mul, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import type { TrainedProcess } from '../trained-process';
import { perImage } from './per-image';

/**
 * Noises images by the forward process q(x_t | x_0) (Ho et al. 2020, arXiv:2006.11239, eq. 4): x_t = α_t·x_0 + σ_t·ε
 * [B, H, W, C], where a schedule has √ᾱ_t and √(1 − ᾱ_t); of x0 and eps [B, H, W, C] and one time per image.
 */
export function addNoise(process: TrainedProcess, x0: Tensor4D, eps: Tensor4D, t: ArrayLike<number>): Tensor4D {
  return tidy(() => {
    const signal = mul(
      x0,
      perImage(t, (time) => levelAt(process, time).alpha),
    ); // [B, H, W, C]
    const noise = mul(
      eps,
      perImage(t, (time) => levelAt(process, time).sigma),
    ); // [B, H, W, C]
    return add(signal, noise);
  });
}
