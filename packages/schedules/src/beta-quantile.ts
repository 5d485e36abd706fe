/** Returns a quantile of the Beta(a, b) distribution, by bisection of its distribution function. p in [0, 1]. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (p <= 0 || p >= 1) return Math.min(Math.max(p, 0), 1);
  const whole = incompleteBeta(0.5, a, b) + incompleteBeta(0.5, b, a);
  const split = (a + 1) / (a + b + 2); // the continued fraction is fast on either side of it
  let [low, high] = [0, 1];
  for (let i = 0; i < 200 && high - low > 1e-16 * high; i++) {
    const x = (low + high) / 2;
    const below = x < split ? incompleteBeta(x, a, b) : whole - incompleteBeta(1 - x, b, a);
    if (below < p * whole) low = x;
    else high = x;
  }
  return (low + high) / 2;
}

/** ∫ tᵃ⁻¹(1 − t)ᵇ⁻¹ dt from 0 to x, by Lentz's continued fraction (Press et al., Numerical Recipes, section 6.4). */
function incompleteBeta(x: number, a: number, b: number): number {
  let c = 1;
  const apart = (value: number): number => value || 1e-300; // of 0, as Thompson and Barnett keep it
  let d = 1 / apart(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let k = 2; k < 600; k++) {
    const m = k >> 1;
    const term =
      k % 2 === 0
        ? (m * (b - m) * x) / ((a + k - 1) * (a + k))
        : (-(a + m) * (a + b + m) * x) / ((a + k - 1) * (a + k));
    d = 1 / apart(1 + term * d);
    c = apart(1 + term / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 1e-16) break;
  }
  return ((x ** a * (1 - x) ** b) / a) * fraction;
}
