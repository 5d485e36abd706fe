import { boolean, checkSolverOptions, VARIANCE } from '../option-checks';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';

/**
 * The variance of a DDPM step. 'beta' (fixed large): σ² = β_t. 'posterior' (fixed small): σ² = β̃_t =
 * (1−ᾱ_prev)/(1−ᾱ_t)·β_t (Ho et al. 2020, section 3.2). 'learned-range' and 'learned': the second half of the model's
 * channels gives it, as a place between the two or outright (Nichol & Dhariwal 2021, arXiv:2102.09672, equation 15).
 */
export type Variance = 'beta' | 'posterior' | 'learned-range' | 'learned';

/**
 * Returns DDPM, ancestral sampling (Ho et al. 2020, arXiv:2006.11239, algorithm 2 and equation 7). It runs over any
 * subset of the steps, with β recomputed from ᾱ, and adds no noise in the last one unless `noiseAtEnd`. Weak order 1.
 */
export function ddpm(options: { variance?: Variance; noiseAtEnd?: boolean } = {}): Solver<true> {
  checkSolverOptions('ddpm', options, { variance: VARIANCE, noiseAtEnd: boolean });
  const { variance = 'posterior', noiseAtEnd = false } = options;
  const learned = variance === 'learned-range' || variance === 'learned';
  return {
    name: 'ddpm',
    order: 1,
    stochastic: true,
    coordinates: 'schedule',
    spacing: { type: 'leading' },
    learnedVariance: learned,
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const { x, x0, beta, posteriorVariance } = posterior(from, to);
        const step = { model: from.model, from, to };
        if (i === points.length - 1 && !noiseAtEnd) return { ...step, next: { x, x0 } };
        const least = Math.max(posteriorVariance, 1e-20); // diffusers' floor: the posterior of the end is a point
        if (!learned) return { ...step, next: { x, x0, noise: Math.sqrt(variance === 'beta' ? beta : least) } };
        // With the ends at ∓1 the interpolation gives v itself as the log-variance.
        const [logMin, logMax] = variance === 'learned' ? [-1, 1] : [Math.log(least), Math.log(beta)];
        return { ...step, next: { x, x0, noise: 1 }, learnedNoise: { logMin, logMax } };
      }),
  };
}

/** Returns q(x_to | x_from, x0), equation 7: mean x·x_from + x0·x0 and variance; β is that of the one step between the levels. */
export function posterior(from: Level, to: Level): { x: number; x0: number; beta: number; posteriorVariance: number } {
  const alpha = from.alpha / to.alpha;
  const beta = from.sigma ** 2 - (alpha * to.sigma) ** 2; // 1 − α² where variance is preserved
  const shrink = (to.sigma / from.sigma) ** 2;
  return { x: alpha * shrink, x0: (to.alpha * beta) / from.sigma ** 2, beta, posteriorVariance: beta * shrink };
}
