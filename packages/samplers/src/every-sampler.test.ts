import {
  angle,
  createSchedule,
  edm,
  flow,
  levelAt,
  noiseRatio,
  type Prediction,
  type Process,
  preconditioning,
  scoreMatching,
  varianceExploding,
} from '@denoiser/schedules';
import { describe, expect, it } from 'vitest';
import { type ArrayModel, type Plan, planFor, type SamplerOptions, sampleArrays, samplers } from './index';

/** Data that are one number: the perfect model is known, and so is what every sampler has to end with. */
const DATUM = 0.3;

interface Trained {
  readonly process: Process;
  readonly prediction?: Prediction;
}

function levelAtTime(process: Exclude<Process, { kind: 'sigma' }>, time: number) {
  if (process.kind === 'flow') return { alpha: 1 - time / process.steps, sigma: time / process.steps };
  if (process.kind === 'angle' || Number.isInteger(time)) return levelAt(process, time);
  const ratio = noiseRatio(process, time);
  return { alpha: 1 / Math.hypot(1, ratio), sigma: ratio / Math.hypot(1, ratio) };
}

function perfect({ process, prediction = 'epsilon' }: Trained): ArrayModel<Float64Array> {
  return (x, time) => {
    if (process.kind === 'sigma') {
      const sigma = { ve: 2 * Math.exp(time), edm: Math.exp(4 * time), score: 2 * time }[process.preconditioning];
      const { input, shift = 0, fromX, fromOutput } = preconditioning(process, sigma);
      return x.map((value) => (DATUM - (fromX * (value - shift)) / input) / fromOutput);
    }
    const { alpha, sigma } = levelAtTime(process, time);
    return x.map((value) => {
      const eps = (value - alpha * DATUM) / sigma;
      return { epsilon: eps, x0: DATUM, v: alpha * eps - sigma * DATUM, flow: eps - DATUM }[prediction];
    });
  };
}

/** What a plan ends with, from numbers of a generator. */
async function drawn(plan: Plan, model: ArrayModel<Float64Array>): Promise<number[]> {
  let seed = 1;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return Math.sqrt(12) * (seed / 2147483647 - 0.5);
  };
  const noise = () => Float64Array.from({ length: 4 }, next);
  let last = new Float64Array();
  for await (const { x } of sampleArrays({ model, plan, shape: [1, 4], noise })) last = x as Float64Array<ArrayBuffer>;
  return [...last];
}

const models: Readonly<Record<string, Trained>> = {
  linear: { process: createSchedule() },
  'scaled-linear': { process: createSchedule({ type: 'scaled-linear' }) },
  'linear of ten': { process: createSchedule({ steps: 10 }) },
  'linear of two': { process: createSchedule({ steps: 2 }) },
  'cosine, v': { process: createSchedule({ type: 'cosine' }), prediction: 'v' },
  'cosine of five, v': { process: createSchedule({ type: 'cosine', steps: 5 }), prediction: 'v' },
  'zero SNR, v': { process: createSchedule({ zeroTerminalSnr: true }), prediction: 'v' },
  edm: { process: edm() },
  ve: { process: varianceExploding() },
  score: { process: scoreMatching({ sigmaMax: 100 }) },
  'angle, v': { process: angle(), prediction: 'v' },
  flow: { process: flow({ shift: 3 }), prediction: 'flow' },
};

/** With each of these a sampler either has no plan, and a sentence says why, or a plan that does its work. */
const attempts: readonly SamplerOptions[] = [
  {},
  ...[1, 2, 3, 1000].map((steps) => ({ steps })),
  ...[1, 2, 3].map((steps) => ({ steps, allLevels: true })),
  { steps: 1, sigmas: 'karras' },
  { steps: 2, sigmas: 'exponential' },
  ...(['leading', 'trailing', 'linspace', 'quadratic', 'ddim1', '1'] as const).map((spacing) => ({
    steps: 1,
    spacing,
  })),
  { spacing: 'ddim1' },
  { spacing: '1' },
  ...[0, 0.5, 1, 100].map((eta) => ({ steps: 3, eta })),
  ...[0, 5, 1e9].map((churn) => ({ steps: 3, churn, churnMax: 1e9 })),
  { steps: 3, churn: 40, churnMin: 5, churnMax: 1 },
  ...[1, 2, 3, 4].flatMap((order) => [1, 2, 5].map((steps) => ({ steps, order }))),
  { steps: 4, jump: 1, resamples: 3 },
  { steps: 4, jump: 1000, resamples: 1 },
];

/** How far a result may be from the datum, beside rounding and what noise its end has. */
function bound(sampler: string, { process, prediction }: Trained): number {
  // Between the few levels of a short schedule it is open what time a σ is: in σ, or in its logarithm.
  if (process.kind === 'discrete' && process.steps < 50) return 0.1;
  if (sampler === 'lcm') return 0.1; // mixes x into x0 at low times, as its networks do
  // They average v itself, which turns on the way: an error of order 2.
  if (sampler === 'pndm' || sampler === 'plms') return prediction === 'v' ? 0.15 : 0;
  return sampler === 'ipndm' && process.kind === 'angle' ? DATUM : 0; // x0 counts as 0 in its first step
}

describe.each(Object.keys(samplers))('%s takes any number of steps', (sampler) => {
  it.each(Object.keys(models))('on %s', async (name) => {
    const model = models[name] as Trained;
    for (const attempt of attempts) {
      const said = JSON.stringify(attempt);
      let plan: Plan;
      try {
        plan = planFor(model, { sampler, ...attempt, threshold: 'none', inpaint: true });
      } catch (error) {
        expect(error, said).toMatchObject({ isDenoiserError: true });
        continue;
      }
      if (plan.steps.length > 100 && name !== 'cosine, v') continue; // for time
      const { alpha, sigma } = plan.steps.at(-1)?.to ?? { alpha: Number.NaN, sigma: 0 };
      // Where little noise is left, it is the start's, of a schedule that ends with signal.
      const isShort = model.process.kind === 'discrete' && model.process.steps < 50;
      const rest = sigma === 0 ? 0 : isShort ? Number.POSITIVE_INFINITY : (3 * sigma) / alpha;
      const off = (await drawn(plan, perfect(model))).map((value) => Math.abs(value / alpha - DATUM));
      expect(Math.max(...off), said).toBeLessThan(1e-3 + bound(sampler, model) + rest);
    }
  });
});
