import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { TrainedProcess } from '../trained-process';
import { mixture } from './mixture';
import { trainingPoint } from './training-point';

/**
 * Noises images by the forward process q(x_t | x_0) (Ho et al. 2020, arXiv:2006.11239, eq. 4): x_t = α_t·x_0 + σ_t·ε
 * [B, H, W, C], where a schedule has √ᾱ_t and √(1 − ᾱ_t), and EDM's x is multiplied by c_in; of x0 and eps [B, H, W, C] and one
 * time per image.
 */
export function addNoise(process: TrainedProcess, x0: Tensor4D, eps: Tensor4D, t: ArrayLike<number>): Tensor4D {
  return mixture(
    x0,
    eps,
    Array.from(t, (time) => trainingPoint(process, 'epsilon', time).input),
  );
}
