import { add, apply, exact, multiply, type Tracked } from './tracked';

/**
 * Φ by the Taylor series about 0 (Marsaglia 2004, "Evaluating the normal distribution", without its table). Past 6 the series
 * has lost its digits and Φ is 1 to 10⁻⁹.
 */
export function normalCdf(x: number): number {
  if (Math.abs(x) > 6) return x > 0 ? 1 : 0;
  let [term, total] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= (x * x) / (2 * n + 1);
    total += term;
  }
  return 0.5 + (total * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

export const normalDensity = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

/**
 * Φ, density and sigmoid, absolute: the polynomial that backends take for erf (Abramowitz and Stegun 7.1.26) is good to 1.5e-7,
 * which is 1.3 units of 2⁻²⁴ in Φ, and its float32 arithmetic adds about as many as it has terms.
 */
const absolutely = (x: Tracked, f: (x: number) => number, slope: number): Tracked => ({
  value: f(x.value),
  error: slope * x.error + 8,
});

/** GELU and SiLU and their slopes. */
export const activations = {
  linear: { value: (x: Tracked) => x, slope: (_: Tracked) => exact(1) },
  gelu: {
    value: (x: Tracked) => multiply(x, absolutely(x, normalCdf, normalDensity(x.value))),
    slope: (x: Tracked) =>
      add(
        absolutely(x, normalCdf, normalDensity(x.value)),
        multiply(x, apply(x, normalDensity, Math.abs(x.value) * normalDensity(x.value), 6 + 4 * x.value ** 2)),
      ),
  },
  silu: {
    value: (x: Tracked) => multiply(x, absolutely(x, sigmoid, 0.25)),
    slope: (x: Tracked) => {
      const s = absolutely(x, sigmoid, 0.25);
      return multiply(
        s,
        add(
          exact(1),
          multiply(
            x,
            absolutely(x, (v) => 1 - sigmoid(v), 0.25),
          ),
        ),
      );
    },
  },
} as const;
