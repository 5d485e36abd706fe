import { globalNorm } from '@denoiser/ops';
import { add, div, minimum, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Gradients by the parameters' names. */
export type Gradients = Map<string, Tensor>;

/** Returns the Euclidean norm of all gradients, taken as one vector, as a scalar on the device. */
export function gradientNorm(gradients: ReadonlyMap<string, Tensor>): Scalar {
  return globalNorm([...gradients.values()]);
}

/**
 * Returns min(1, limit/norm), the factor that brings the norm of gradients down to at most `limit` (Pascanu et al. 2013,
 * arXiv:1211.5063, algorithm 1), as a scalar on the device.
 *
 * @param norm the result of `gradientNorm`
 */
export function clipFactor(norm: Scalar, limit: number): Scalar {
  return tidy(() => minimum(div(limit, norm), 1)); // a norm of 0 divides to infinity, and the minimum is 1
}

/** Adds `gradients` to `sum`, name by name, and disposes both. */
export function addGradients(sum: Gradients, gradients: Gradients): Gradients {
  for (const [name, gradient] of gradients) {
    const before = sum.get(name);
    if (before) {
      sum.set(
        name,
        replace(before, () => add(before, gradient)),
      );
      gradient.dispose();
    } else {
      sum.set(name, gradient);
    }
  }
  return sum;
}

function replace(old: Tensor, compute: () => Tensor): Tensor {
  const value = tidy(compute);
  old.dispose();
  return value;
}
