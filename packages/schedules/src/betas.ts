import { checkCount, fail, MOST_STEPS } from './errors';

/** Returns n evenly spaced values from a to b, both included; for n = 1 just a. */
export function linspace(a: number, b: number, n: number): Float64Array {
  if (n > MOST_STEPS) checkCount(n, 'n');
  // numpy's arithmetic: the last value is exact.
  const step = n > 1 ? (b - a) / (n - 1) : 0;
  return Float64Array.from({ length: n }, (_, i) => (i > 0 && i === n - 1 ? b : a + i * step));
}

function range(steps: number, betaStart: number, betaEnd: number): void {
  checkCount(steps, 'noise steps');
  for (const beta of [betaStart, betaEnd]) {
    if (!(beta > 0 && beta <= 1))
      fail(`A beta of ${beta} is not in (0, 1]: choose other ends, or more steps if they are scaled.`);
  }
}

/**
 * Returns linear betas (Ho et al. 2020, arXiv:2006.11239, section 4).
 *
 * `endsScaled` multiplies both ends by 1000/steps, as OpenAI's programs do, so that the last ᾱ hardly depends on steps.
 */
export function linearBetas(
  steps: number,
  {
    betaStart = 1e-4,
    betaEnd = 0.02,
    endsScaled = false,
  }: { betaStart?: number; betaEnd?: number; endsScaled?: boolean } = {},
): Float64Array {
  const scale = endsScaled ? 1000 / steps : 1;
  range(steps, scale * betaStart, scale * betaEnd);
  return linspace(scale * betaStart, scale * betaEnd, steps);
}

/**
 * Returns betas whose square roots are linear (Rombach et al. 2022, arXiv:2112.10752; the schedule of Stable
 * Diffusion).
 */
export function scaledLinearBetas(
  steps: number,
  { betaStart = 0.00085, betaEnd = 0.012 }: { betaStart?: number; betaEnd?: number } = {},
): Float64Array {
  range(steps, betaStart, betaEnd);
  return linspace(Math.sqrt(betaStart), Math.sqrt(betaEnd), steps).map((root) => root * root);
}

/** Returns betas that follow a sigmoid from −6 to 6 between two values (Xu et al. 2022, GeoDiff, arXiv:2203.02923). */
export function sigmoidBetas(
  steps: number,
  { betaStart = 1e-4, betaEnd = 0.02 }: { betaStart?: number; betaEnd?: number } = {},
): Float64Array {
  range(steps, betaStart, betaEnd);
  return linspace(-6, 6, steps).map((x) => sigmoid(x) * (betaEnd - betaStart) + betaStart);
}

/** Returns the betas of a continuous ᾱ(u), u in [0, 1]: β_t = min(1 − ᾱ((t+1)/T) / ᾱ(t/T), maxBeta). */
export function betasFromAlphaBar(steps: number, alphaBar: (u: number) => number, maxBeta = 0.999): Float64Array {
  checkCount(steps, 'noise steps');
  return Float64Array.from({ length: steps }, (_, t) =>
    Math.min(1 - alphaBar((t + 1) / steps) / alphaBar(t / steps), maxBeta),
  );
}

/** Returns the betas of a cosine ᾱ (Nichol & Dhariwal 2021, arXiv:2102.09672, equation 17), β capped at 0.999. */
export function cosineBetas(
  steps: number,
  { offset = 0.008, maxBeta = 0.999 }: { offset?: number; maxBeta?: number } = {},
): Float64Array {
  return betasFromAlphaBar(steps, (u) => Math.cos((((u + offset) / (1 + offset)) * Math.PI) / 2) ** 2, maxBeta);
}

/** Returns the betas of a sigmoid ᾱ (Jabri et al. 2022, arXiv:2212.11972, algorithm 5). Not the sigmoid in β. */
export function sigmoidAlphaBarBetas(
  steps: number,
  {
    start = -3,
    end = 3,
    tau = 1,
    maxBeta = 0.999,
  }: { start?: number; end?: number; tau?: number; maxBeta?: number } = {},
): Float64Array {
  const first = sigmoid(start / tau);
  const last = sigmoid(end / tau);
  return betasFromAlphaBar(steps, (u) => (last - sigmoid((start + u * (end - start)) / tau)) / (last - first), maxBeta);
}

/** Returns the betas of an exponential ᾱ(u) = exp(−rate·u), β capped at 0.999. */
export function exponentialBetas(
  steps: number,
  { rate = 12, maxBeta = 0.999 }: { rate?: number; maxBeta?: number } = {},
): Float64Array {
  return betasFromAlphaBar(steps, (u) => Math.exp(-rate * u), maxBeta);
}

/** Returns the betas of Laplace noise (Hang et al. 2024, arXiv:2407.03297), as diffusers writes it. */
export function laplaceBetas(steps: number, { maxBeta = 0.999 } = {}): Float64Array {
  return betasFromAlphaBar(
    steps,
    (u) => {
      const logSnr = -0.5 * (u > 0.5 ? -1 : 1) * Math.log(1 - 2 * Math.abs(0.5 - u) + 1e-6);
      return Math.sqrt(sigmoid(logSnr));
    },
    maxBeta,
  );
}

/**
 * Returns betas shifted and scaled so that the last ᾱ is exactly 0 (Lin et al. 2023, arXiv:2305.08891, algorithm 1). A
 * model that predicts ε knows nothing of x0 at that end: it needs v or x0.
 */
export function zeroTerminalSnrBetas(betas: ArrayLike<number>): Float64Array {
  const T = betas.length;
  const roots = cumulativeProduct(Float64Array.from(betas, (beta) => 1 - beta)).map(Math.sqrt);
  const first = roots[0] as number;
  const last = roots[T - 1] as number;
  if (!(first > last)) fail('Rescaling to zero terminal SNR needs at least two betas.');
  const alphaBars = roots.map((root) => (((root - last) * first) / (first - last)) ** 2);
  return alphaBars.map((alphaBar, t) => 1 - (t === 0 ? alphaBar : alphaBar / (alphaBars[t - 1] as number)));
}

export function cumulativeProduct(values: Float64Array): Float64Array {
  const products = Float64Array.from(values);
  for (let i = 1; i < products.length; i++) products[i] *= products[i - 1] as number;
  return products;
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
