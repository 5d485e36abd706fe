import { type Prediction, priorBits, type Schedule, stepTerms } from '@denoiser/schedules';
import { arrayArithmetic } from './array-arithmetic';
import type { Plan, PlanStep } from './plan';
import { refuse } from './refuse';
import type { ArrayModel } from './sample-arrays';
import type { Variance } from './solvers/ddpm';
import type { NoiseOf } from './step';

type Images = {
  /** [B, …] flat, values in [−1, 1]. */
  readonly images: Float64Array;
  readonly shape: readonly number[];
};

/** The variational bound of each image, in bits per dimension, and its terms as tables against t = 0 … T − 1. */
export interface VariationalBound {
  readonly total: number[];
  readonly prior: number[];
  /** [image][t]. */
  readonly bits: number[][];
  readonly x0Error: number[][];
  readonly epsError: number[][];
}

/**
 * Returns the variational bound as OpenAI computes it (Nichol & Dhariwal 2021, arXiv:2102.09672): at every step of the
 * schedule (respace it for fewer) the images are noised once and the model called once. Noise is asked for as 'known',
 * step t.
 */
export async function variationalBound(
  options: Images & {
    readonly schedule: Schedule;
    readonly variance: Variance;
    readonly model: ArrayModel<Float64Array>;
    readonly noise: NoiseOf<Float64Array>;
    readonly prediction?: Prediction;
    /** Clip the estimate of x0 to [−1, 1]; default true. */
    readonly clip?: boolean;
    readonly indices?: readonly number[];
    /** Default: the last. */
    readonly channelAxis?: number;
    readonly signal?: AbortSignal;
  },
): Promise<VariationalBound> {
  const { schedule, variance, model, noise, images, shape, channelAxis = shape.length - 1, signal } = options;
  const batch = shape[0] ?? 1;
  const indices = options.indices ?? Array.from({ length: batch }, (_, i) => i);
  const arithmetic = arrayArithmetic<Float64Array>(shape, channelAxis);
  const size = images.length / batch;
  const image = (array: Float64Array, b: number): Float64Array => array.subarray(b * size, (b + 1) * size);
  const table = (): number[][] => Array.from({ length: batch }, () => new Array<number>(schedule.steps).fill(0));
  const bits = table();
  const x0Error = table();
  const epsError = table();
  for (let t = schedule.steps - 1; t >= 0; t--) {
    signal?.throwIfAborted();
    const eps = noise({ purpose: 'known', step: t, shape, indices });
    const [alpha, sigma] = [schedule.sqrtAlphaBars[t] as number, schedule.sqrtOneMinusAlphaBars[t] as number];
    const xt = arithmetic.combine([images, eps], [alpha, sigma]);
    const whole = await model(xt, schedule.timesteps[t] as number);
    const learned = variance === 'learned' || variance === 'learned-range';
    const [output, v] = learned ? arithmetic.halves(whole) : [whole, null];
    for (let b = 0; b < batch; b++) {
      const terms = stepTerms({
        ...options,
        t,
        x0: image(images, b),
        eps: image(eps, b),
        xt: image(xt, b),
        output: image(output, b),
        ...(v && { v: image(v, b) }),
      });
      (bits[b] as number[])[t] = terms.bits;
      (x0Error[b] as number[])[t] = terms.x0Error;
      (epsError[b] as number[])[t] = terms.epsError;
    }
  }
  const prior = Array.from({ length: batch }, (_, b) => priorBits(schedule, image(images, b)));
  const total = prior.map((value, b) => (bits[b] as number[]).reduce((sum, term) => sum + term, value));
  return { total, prior, bits, x0Error, epsError };
}

/**
 * Returns the likelihood of each image in bits per dimension, by the probability-flow ODE (Song et al. 2021,
 * arXiv:2011.13456): Heun from the plan's last level up to its first in x/α, the divergence by
 * Hutchinson's estimator with central differences along `probe` (entries ±1, of the images' shape). Values in [−1, 1]
 * stand for 256 levels, which adds 7 bits: give images with uniform noise of one level.
 *
 * @param options plan: of `euler()`
 */
export async function probabilityFlowBits(
  options: Images & {
    readonly plan: Plan<false>;
    readonly model: ArrayModel<Float64Array>;
    readonly probe: Float64Array;
    readonly signal?: AbortSignal;
  },
): Promise<number[]> {
  const { plan, model, images, shape, probe, signal } = options;
  const batch = shape[0] ?? 1;
  const size = images.length / batch;
  const steps = [...plan.steps].reverse();
  if (steps.some(({ from, model: call }) => from.alpha !== 1 || !call) || plan.solver !== 'euler') {
    refuse('Probability-flow likelihood follows a plan of euler() on a schedule or EDM; give it one.');
  }
  /** dx/dσ = (x − x0)/σ. */
  const slope = async (x: Float64Array, { model: call, from }: PlanStep): Promise<Float64Array> => {
    const { time, inputScale, inputShift = 0, x0FromX, x0FromOutput } = call as NonNullable<PlanStep['model']>;
    const output = await model(
      x.map((value) => value * inputScale + inputShift),
      time,
    );
    return x.map((value, i) => ((1 - x0FromX) * value - x0FromOutput * (output[i] as number)) / from.sigma);
  };
  /** The slope and its divergence for each image. */
  const flow = async (x: Float64Array, step: PlanStep): Promise<{ d: Float64Array; divergence: number[] }> => {
    signal?.throwIfAborted();
    const h = 1e-3 * Math.max(1, step.from.sigma);
    const up = await slope(
      x.map((value, i) => value + h * (probe[i] as number)),
      step,
    );
    const down = await slope(
      x.map((value, i) => value - h * (probe[i] as number)),
      step,
    );
    const divergence = new Array<number>(batch).fill(0);
    for (let i = 0; i < x.length; i++) {
      const b = Math.floor(i / size);
      divergence[b] =
        (divergence[b] as number) + ((probe[i] as number) * ((up[i] as number) - (down[i] as number))) / (2 * h);
    }
    return { d: await slope(x, step), divergence };
  };
  let x = images;
  const change = new Array<number>(batch).fill(0);
  let here = await flow(x, steps[0] as PlanStep);
  for (let k = 1; k < steps.length; k++) {
    const step = steps[k] as PlanStep;
    const h = step.from.sigma - (steps[k - 1] as PlanStep).from.sigma;
    const predicted = x.map((value, i) => value + h * (here.d[i] as number));
    const there = await flow(predicted, step);
    x = x.map((value, i) => value + (h / 2) * ((here.d[i] as number) + (there.d[i] as number)));
    for (let b = 0; b < batch; b++) {
      change[b] = (change[b] as number) + (h / 2) * ((here.divergence[b] as number) + (there.divergence[b] as number));
    }
    here = await flow(x, step);
  }
  // At the top x/α is normal, with the data's variance taken as 1.
  const variance = 1 + (steps.at(-1)?.from.sigma ?? 0) ** 2;
  return change.map((nats, b) => {
    const squares = x.subarray(b * size, (b + 1) * size).reduce((total, value) => total + value ** 2, 0);
    const logPrior = -0.5 * (size * Math.log(2 * Math.PI * variance) + squares / variance);
    return -(logPrior + nats) / size / Math.LN2 + 7;
  });
}
