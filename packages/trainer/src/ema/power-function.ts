/**
 * The profile of a power-function average (Karras et al. 2024, arXiv:2312.02696, section 3.1): θ̂_γ(t) = ∫₀ᵗ p(τ)·θ(τ) dτ with
 * p(τ) = (γ + 1)·τ^γ/t^(γ+1), which ends at time t. Its length is given as the relative width σ_rel, its standard deviation
 * divided by t.
 */
export type PowerProfile = { readonly gamma: number; readonly t: number };

/** Returns σ_rel of γ: √(γ + 1)/((γ + 2)·√(γ + 3)) (eq. 3). */
export function relativeWidth(gamma: number): number {
  return Math.sqrt((gamma + 1) / (gamma + 3)) / (gamma + 2);
}

/** Returns γ of a relative width above 0, at most √(1/12) ≈ 0.2887, the width of a plain mean. */
export function gammaOf(sigmaRel: number): number {
  let [low, high] = [0, 1];
  while (relativeWidth(high) > sigmaRel) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (relativeWidth(middle) > sigmaRel) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Returns the decay of a power-function average in update t, the first being 1: (1 − 1/t)^(γ+1) (eq. 2). */
export function powerDecay(gamma: number, t: number): number {
  return (1 - 1 / t) ** (gamma + 1);
}

/** Returns ∫ p·q of two profiles (appendix C.2). */
export function innerProduct(a: PowerProfile, b: PowerProfile): number {
  const end = Math.min(a.t, b.t);
  const shares = (end / a.t) ** a.gamma * (end / b.t) ** b.gamma;
  return (((a.gamma + 1) * (b.gamma + 1)) / (a.gamma + b.gamma + 1)) * shares * (end / a.t / b.t);
}

/**
 * Returns the coefficients with which a sum of profiles comes closest to another profile, in least squares (Karras et al.
 * 2024, algorithm 3). The same sum of averages is then the other's average.
 */
export function fitProfile(profiles: readonly PowerProfile[], target: PowerProfile): number[] {
  // Profiles of length 1, so that long and short ones count alike in the elimination.
  const norms = profiles.map((profile) => Math.sqrt(innerProduct(profile, profile)));
  const matrix = profiles.map((a, i) => profiles.map((b, j) => innerProduct(a, b) / (norms[i] * norms[j])));
  const right = profiles.map((profile, i) => innerProduct(profile, target) / norms[i]);
  return solve(matrix, right).map((x, i) => x / norms[i]);
}

/** Solves a linear system by Gaussian elimination with the largest pivot. It uses its arguments up. */
function solve(matrix: number[][], right: number[]): number[] {
  const n = right.length;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(matrix[row][column]) > Math.abs(matrix[pivot][column])) pivot = row;
    }
    [matrix[column], matrix[pivot]] = [matrix[pivot], matrix[column]];
    [right[column], right[pivot]] = [right[pivot], right[column]];
    for (let row = column + 1; row < n; row++) {
      const factor = matrix[row][column] / matrix[column][column];
      for (let k = column; k < n; k++) matrix[row][k] -= factor * matrix[column][k];
      right[row] -= factor * right[column];
    }
  }
  for (let row = n - 1; row >= 0; row--) {
    for (let k = row + 1; k < n; k++) right[row] -= matrix[row][k] * right[k];
    right[row] /= matrix[row][row];
  }
  return right;
}
