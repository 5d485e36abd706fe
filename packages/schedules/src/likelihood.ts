import { type Prediction, x0From } from './parameterization';
import type { Schedule } from './schedule';

/** Returns KL(N(mean1, e^logVariance1) ‖ N(mean2, e^logVariance2)), in nats. */
export function normalKl(mean1: number, logVariance1: number, mean2: number, logVariance2: number): number {
  const difference = (mean1 - mean2) ** 2 * Math.exp(-logVariance2);
  return 0.5 * (-1 + logVariance2 - logVariance1 + Math.exp(logVariance1 - logVariance2) + difference);
}

/**
 * Returns the logarithm of the probability that a Gaussian falls in the bin of x, one of 256 values in [−1, 1]; the
 * outermost bins are open (Ho et al. 2020, equation 13). The normal distribution function is OpenAI's tanh
 * approximation.
 */
export function discretizedGaussianLogLikelihood(x: number, mean: number, logScale: number): number {
  const inverse = Math.exp(-logScale);
  const upper = normalCdf(inverse * (x - mean + 1 / 255));
  const lower = normalCdf(inverse * (x - mean - 1 / 255));
  const probability = x < -0.999 ? upper : x > 0.999 ? 1 - lower : upper - lower;
  return Math.log(Math.max(probability, 1e-12));
}

function normalCdf(x: number): number {
  return 0.5 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

/** The variance of the model's steps, named as in `ddpm` of `@denoiser/samplers`. */
export type StepVariance = 'beta' | 'posterior' | 'learned-range' | 'learned';

/** The terms of one step for one image. */
export interface StepTerms {
  /** Of the variational bound, in bits per dimension. */
  readonly bits: number;
  /** Mean squared errors of the estimates of x0 and ε. */
  readonly x0Error: number;
  readonly epsError: number;
}

/**
 * Returns one term of the variational bound (Ho et al. 2020, equation 5) in bits per dimension, as OpenAI counts them:
 * the KL of the posterior to the model's step, at t = 0 the decoder's likelihood.
 *
 * @param options x0, eps (the noise in xt), xt, output: one image each, flat; v: the learned variance's channels
 */
export function stepTerms(options: {
  readonly schedule: Schedule;
  readonly t: number;
  readonly variance: StepVariance;
  readonly prediction?: Prediction;
  /** Clip the estimate of x0 to [−1, 1]; default true. */
  readonly clip?: boolean;
  readonly x0: ArrayLike<number>;
  readonly eps: ArrayLike<number>;
  readonly xt: ArrayLike<number>;
  readonly output: ArrayLike<number>;
  readonly v?: ArrayLike<number>;
}): StepTerms {
  const { schedule, t, variance, prediction = 'epsilon', clip = true, x0, eps, xt, output, v } = options;
  const at = (table: Float64Array): number => table[t] as number;
  const { fromX, fromOutput } = x0From(prediction, at(schedule.sqrtAlphaBars), at(schedule.sqrtOneMinusAlphaBars));
  const posteriorLog = at(schedule.posteriorLogVariancesClipped);
  const betaLog = Math.log(at(schedule.betas));
  // At t = 0 the larger variance, too, is that of the next step.
  const largeLog = t === 0 && schedule.steps > 1 ? posteriorLog : betaLog;
  let nats = 0;
  let x0Error = 0;
  let epsError = 0;
  for (let i = 0; i < x0.length; i++) {
    const [image, x] = [x0[i] as number, xt[i] as number];
    const raw = fromX * x + fromOutput * (output[i] as number);
    const estimate = clip ? Math.min(Math.max(raw, -1), 1) : raw;
    const mean = at(schedule.posteriorMeanX0) * estimate + at(schedule.posteriorMeanX) * x;
    const trueMean = at(schedule.posteriorMeanX0) * image + at(schedule.posteriorMeanX) * x;
    const learned = (v?.[i] as number) ?? 0;
    const logVariance = {
      beta: largeLog,
      posterior: posteriorLog,
      'learned-range': posteriorLog + ((learned + 1) / 2) * (betaLog - posteriorLog),
      learned,
    }[variance];
    nats +=
      t === 0
        ? -discretizedGaussianLogLikelihood(image, mean, logVariance / 2)
        : normalKl(trueMean, posteriorLog, mean, logVariance);
    x0Error += (estimate - image) ** 2;
    const estimatedEps = (at(schedule.sqrtRecipAlphaBars) * x - estimate) / at(schedule.sqrtRecipMinusOneAlphaBars);
    epsError += (estimatedEps - (eps[i] as number)) ** 2;
  }
  const n = x0.length;
  return { bits: nats / n / Math.LN2, x0Error: x0Error / n, epsError: epsError / n };
}

/** Returns the prior's term, KL(q(x_T | x0) ‖ N(0, 1)) in bits per dimension, for one image. */
export function priorBits(schedule: Schedule, x0: ArrayLike<number>): number {
  const last = schedule.steps - 1;
  const logVariance = schedule.logOneMinusAlphaBars[last] as number;
  let nats = 0;
  for (let i = 0; i < x0.length; i++) {
    nats += normalKl((schedule.sqrtAlphaBars[last] as number) * (x0[i] as number), logVariance, 0, 0);
  }
  return nats / x0.length / Math.LN2;
}
