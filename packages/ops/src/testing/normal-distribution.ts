import { add, apply, exact, multiply, sigmoid, subtract, type Tracked } from './tracked';

/**
 * Φ, to about 10⁻¹⁵: near 0 by the Taylor series (Marsaglia 2004, "Evaluating the normal distribution", without its table),
 * beyond by Laplace's continued fraction, φ(x)/(x + 1/(x + 2/(x + …))).
 */
export function normalCdf(x: number): number {
  if (x > 3) return 1 - normalCdf(-x);
  if (x < -3) {
    let tail = -x;
    for (let n = 80; n > 0; n--) tail = -x + n / tail;
    return normalDensity(x) / tail;
  }
  let [term, total] = [x, x];
  for (let n = 1; n < 60; n++) {
    term *= (x * x) / (2 * n + 1);
    total += term;
  }
  return 0.5 + total * normalDensity(x);
}

export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/**
 * Φ, absolute: the polynomial that backends take for erf (Abramowitz and Stegun 7.1.26) is good to 1.5e-7,
 * which is 1.3 units of 2⁻²⁴ in Φ, and its float32 arithmetic adds about as many as it has terms.
 */
const cdf = (x: Tracked): Tracked => ({ value: normalCdf(x.value), error: normalDensity(x.value) * x.error + 8 });

/** GELU and SiLU and their slopes. */
export const activations = {
  linear: { value: (x: Tracked) => x, slope: (_: Tracked) => exact(1) },
  gelu: {
    value: (x: Tracked) => multiply(x, cdf(x)),
    slope: (x: Tracked) =>
      add(
        cdf(x),
        multiply(x, apply(x, normalDensity, Math.abs(x.value) * normalDensity(x.value), 6 + 4 * x.value ** 2)),
      ),
  },
  silu: {
    value: (x: Tracked) => multiply(x, sigmoid(x)),
    slope: (x: Tracked) => multiply(sigmoid(x), add(exact(1), multiply(x, subtract(exact(1), sigmoid(x))))),
  },
} as const;
