import { add, mul, type Tensor4D, tidy } from '@tensorflow/tfjs-core';
import { perImage } from './per-image';

/** The coefficients of an image and of its noise. */
export interface Shares {
  readonly x0: number;
  readonly eps: number;
}

/** Returns a·x0 + b·eps [B, H, W, C], with coefficients for each image; the caller disposes it. */
export function mixture(x0: Tensor4D, eps: Tensor4D, shares: readonly Shares[]): Tensor4D {
  return tidy(() => {
    const signal = mul(x0, perImage(shares.map((share) => share.x0))); // [B, H, W, C]
    const noise = mul(eps, perImage(shares.map((share) => share.eps))); // [B, H, W, C]
    return add(signal, noise);
  });
}
