import {
  add,
  addN,
  div,
  minimum,
  mul,
  type Scalar,
  scalar,
  sqrt,
  square,
  sum,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core';

/** Gradients by the parameter's name. */
export type Gradients = Map<string, Tensor>;

/** The Euclidean norm of all gradients taken as one vector. It stays on the device until somebody reads it. */
export function globalNorm(gradients: ReadonlyMap<string, Tensor>): Scalar {
  return tidy(() => {
    const squares = Array.from(gradients.values(), (gradient) => tidy(() => sum(square(gradient))));
    return squares.length === 0 ? scalar(0) : (sqrt(addN(squares)) as Scalar);
  });
}

/**
 * Gradients scaled by min(1, limit/norm), so that their norm is at most `limit` (Pascanu et al. 2013, arXiv:1211.5063,
 * algorithm 1). The old ones are disposed, one by one.
 *
 * @param norm what `globalNorm` gave; it isn't read
 */
export function clipGradients(gradients: Gradients, norm: Scalar, limit: number): Gradients {
  // A norm of 0 divides to infinity, and the minimum is 1.
  const factor = tidy(() => minimum(div(limit, norm), 1));
  const clipped = new Map(
    [...gradients].map(([name, gradient]) => [name, replace(gradient, () => mul(gradient, factor))]),
  );
  factor.dispose();
  return clipped;
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
