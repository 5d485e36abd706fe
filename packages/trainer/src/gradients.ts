import { globalNorm } from '@denoiser/ops';
import { add, div, minimum, type Scalar, type Tensor, tidy } from '@tensorflow/tfjs-core';

/** Gradients by the parameter's name. */
export type Gradients = Map<string, Tensor>;

/** The Euclidean norm of all gradients taken as one vector. It stays on the device until somebody reads it. */
export function gradientNorm(gradients: ReadonlyMap<string, Tensor>): Scalar {
  return globalNorm([...gradients.values()]);
}

/**
 * min(1, limit/norm): what gradients are multiplied by so that their norm is at most `limit` (Pascanu et al. 2013,
 * arXiv:1211.5063, algorithm 1).
 *
 * @param norm what `gradientNorm` gave; it isn't read
 */
export function clipFactor(norm: Scalar, limit: number): Scalar {
  return tidy(() => minimum(div(limit, norm), 1)); // a norm of 0 divides to infinity, and the minimum is 1
}

/** `sum` + `gradients`, name by name; both are disposed. */
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
