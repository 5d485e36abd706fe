/** Returns Φ⁻¹(p): a standard normal number is below it with probability p, 0 < p < 1. */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  // Newton's method: Φ is convex below 0, so from there the steps go down to the root and never beyond it.
  let z = 0;
  for (let i = 0; i < 100; i++) {
    const next = z - (distribution(z) - p) / density(z);
    if (!(next < z)) break;
    z = next;
  }
  return z;
}

const density = (z: number): number => Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);

/** Φ(z) = ½ + φ(z)·(z + z³/3 + z⁵/(3·5) + …) (Abramowitz & Stegun 1964, 26.2.11), for z not far from 0. */
function distribution(z: number): number {
  let sum = 0;
  for (let n = 1, term = z; sum + term !== sum; n += 2, term *= (z * z) / n) sum += term;
  return 0.5 + density(z) * sum;
}
