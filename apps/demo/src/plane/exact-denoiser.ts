/** How much signal and how much noise there is: x = alpha·x0 + sigma·ε. */
export type Level = { readonly alpha: number; readonly sigma: number };

/** Points of the plane, one after the other: x, y, x, y, … */
export type Points = Float64Array;

/** Below e to this a weight changes nothing in 53 bits. */
const NEGLIGIBLE = -37;

/**
 * Returns E[x0 | x] for each x, where x0 is one of `data`, all alike probable: the average of the data with the weights
 * softmax(−|x − alpha·x0|² / (2·sigma²)). No network can denoise better (Karras et al. 2022, appendix B.3).
 */
export function posteriorMeans(data: Points, x: ArrayLike<number>, { alpha, sigma }: Level): Points {
  const means = new Float64Array(x.length);
  const exponents = new Float64Array(data.length / 2);
  const scale = -1 / (2 * sigma * sigma);
  for (let i = 0; i < x.length; i += 2) {
    let most = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < exponents.length; k++) {
      const dx = (x[i] as number) - alpha * (data[2 * k] as number);
      const dy = (x[i + 1] as number) - alpha * (data[2 * k + 1] as number);
      const exponent = scale * (dx * dx + dy * dy);
      exponents[k] = exponent;
      if (exponent > most) most = exponent;
    }
    let [total, meanX, meanY] = [0, 0, 0];
    for (let k = 0; k < exponents.length; k++) {
      const exponent = (exponents[k] as number) - most;
      if (exponent < NEGLIGIBLE) continue;
      const weight = Math.exp(exponent);
      total += weight;
      meanX += weight * (data[2 * k] as number);
      meanY += weight * (data[2 * k + 1] as number);
    }
    means[i] = meanX / total;
    means[i + 1] = meanY / total;
  }
  return means;
}

/**
 * Returns ε̂ = (x − alpha·E[x0 | x]) / sigma for each x, as a network with ε-prediction would. The score, ∇ log p(x), is
 * −ε̂ / sigma.
 */
export function exactNoise(data: Points, x: ArrayLike<number>, level: Level): Points {
  const means = posteriorMeans(data, x, level);
  return means.map((mean, i) => ((x[i] as number) - level.alpha * mean) / level.sigma);
}
