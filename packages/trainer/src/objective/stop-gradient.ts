import { customGrad, mul, type Tensor, zerosLike } from '@tensorflow/tfjs-core';

/** Returns the same numbers, through which no gradient flows. */
export function stopGradient<T extends Tensor>(x: T): T {
  const stopped = customGrad((y) => ({
    value: mul(y as Tensor, 1),
    gradFunc: (dy: Tensor) => zerosLike(dy),
  }));
  return stopped(x) as T;
}
