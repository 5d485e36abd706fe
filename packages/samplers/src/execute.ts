import { yieldToEventLoop } from '@denoiser/ops/event-loop';
import { type Combination, evaluations, type Level, type Plan, type PlanStep, type Threshold } from './plan';
import { refuse } from './refuse';
import type { NoiseRequest, StepOf } from './step';

/** What the loop needs to know of a kind of array. Everything returned is new and belongs to the loop. */
export interface Arithmetic<T> {
  /** Σ coefficients[i]·values[i], clipped if asked; at least one value. */
  combine(values: readonly T[], coefficients: readonly number[], clip?: readonly [number, number]): T;
  copy(value: T): T;
  /** value + by. */
  shift(value: T, by: number): T;
  dispose(value: T): void;
  dynamicThreshold(x0: T, threshold: Extract<Threshold, { type: 'dynamic' }>): T;
  /** Two halves of the channels. */
  halves(output: T): [T, T];
  /** noise·exp(l/2), l = logMin + (logMax − logMin)·(v + 1)/2. */
  scaleByLogVariance(noise: T, v: T, logMin: number, logMax: number): T;
  /** mask·inside + (1 − mask)·outside. */
  select(mask: T, inside: T, outside: T): T;
}

/** Where a run stands: the plan's next step, x, and what is remembered. */
export interface RunState<T> {
  readonly position: number;
  readonly x: T;
  readonly memory: Readonly<Record<string, T>>;
}

export interface Run<T> {
  readonly plan: Plan;
  readonly arithmetic: Arithmetic<T>;
  /** Taken over by the loop. */
  readonly start: RunState<T>;
  /** The model at a step, on scaled x; x is borrowed; the loop owns the answer. */
  callModel(x: T, time: number, noiseRatio: number): T | Promise<T>;
  noise(purpose: NoiseRequest['purpose'], position: number): T;
  /** Inpainting: where the mask is 0, x is held to this image. Both are borrowed. */
  readonly known?: Known<T>;
  readonly signal?: AbortSignal;
}

/** An image of which the part where the mask is 0 is kept; where it is 1, it is filled. */
export interface Known<T> {
  readonly image: T;
  readonly mask: T;
}

/**
 * Returns the state that a plan starts from: noise, or `image` brought to the plan's first level with it.
 *
 * @throws DenoiserError if the plan begins with an image and there is none.
 */
export function begin<T>(plan: Plan, arithmetic: Arithmetic<T>, noise: Run<T>['noise'], image?: T): RunState<T> {
  const { alpha, sigma } = plan.start;
  if (image === undefined && sigma === 0) {
    refuse(`The plan of ${plan.solver} begins with an image; give it one: image.`);
  }
  if (image !== undefined && sigma === 0) {
    return { position: 0, x: arithmetic.combine([image], [alpha]), memory: {} };
  }
  const z = noise('initial', 0);
  const x =
    image === undefined ? arithmetic.combine([z], [plan.initialScale]) : arithmetic.combine([image, z], [alpha, sigma]);
  arithmetic.dispose(z);
  return { position: 0, x, memory: {} };
}

/**
 * Runs a plan, the one loop of all samplers, and yields after each evaluation of the model. Whatever ends it (the last
 * step, `break`, a throw, an abort), it disposes all that it holds.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function* execute<T>(run: Run<T>): AsyncGenerator<StepOf<T> & { state: RunState<T> }, void, undefined> {
  const { plan, arithmetic, signal } = run;
  const total = evaluations(plan);
  let { position, x, memory } = run.start;
  let x0: T | undefined;
  try {
    let index = plan.steps.slice(0, position).filter((step) => step.model).length;
    for (; position < plan.steps.length; position++) {
      signal?.throwIfAborted();
      const step = plan.steps[position] as PlanStep;
      const values = new Map<string, T>(Object.entries(memory));
      values.set('x', x);
      const temporary: T[] = [];
      const hold = (name: string, value: T): T => {
        values.set(name, value);
        temporary.push(value);
        return value;
      };
      try {
        let v: T | undefined;
        if (step.model) {
          const { time, inputScale, inputShift = 0, x0FromX, x0FromOutput } = step.model;
          const scaled = inputScale === 1 ? x : hold('scaled', arithmetic.combine([x], [inputScale]));
          const input = inputShift === 0 ? scaled : hold('input', arithmetic.shift(scaled, inputShift));
          let output = hold('output', await run.callModel(input, time, step.from.sigma / step.from.alpha));
          if (plan.learnedVariance) {
            const [mean, rest] = arithmetic.halves(output);
            output = hold('output', mean);
            v = hold('v', rest);
          }
          if (x0 !== undefined) arithmetic.dispose(x0);
          x0 = estimate(arithmetic, [x, output], [x0FromX, x0FromOutput], plan.threshold);
          values.set('x0', x0);
        }
        if (uses(step, 'noise')) {
          const noise = hold('noise', run.noise('step', position));
          if (step.learnedNoise && v !== undefined) {
            const { logMin, logMax } = step.learnedNoise;
            hold('noise', arithmetic.scaleByLogVariance(noise, v, logMin, logMax));
          }
        }
        const keep = Object.entries(step.keep ?? {}).map(
          ([name, sum]) => [name, combine(arithmetic, values, sum)] as const,
        );
        let next = combine(arithmetic, values, step.next);
        if (run.known && step.model) {
          const held = hold('next', next);
          next = keepKnown(run, run.known, held, step.to, position);
        }
        for (const value of [x, ...Object.values(memory)]) arithmetic.dispose(value);
        x = next;
        memory = Object.fromEntries(keep);
      } finally {
        temporary.forEach(arithmetic.dispose);
      }
      if (step.model && x0 !== undefined) {
        yield { index, total, time: step.model.time, x, x0, state: { position: position + 1, x, memory } };
        index++;
      }
      await yieldToEventLoop();
    }
  } finally {
    for (const value of [x, ...Object.values(memory)]) arithmetic.dispose(value);
    if (x0 !== undefined) arithmetic.dispose(x0);
  }
}

function estimate<T>(arithmetic: Arithmetic<T>, values: T[], coefficients: number[], threshold: Threshold | null): T {
  if (threshold?.type === 'static') return arithmetic.combine(values, coefficients, [threshold.min, threshold.max]);
  const x0 = arithmetic.combine(values, coefficients);
  if (threshold === null) return x0;
  const clipped = arithmetic.dynamicThreshold(x0, threshold);
  arithmetic.dispose(x0);
  return clipped;
}

function combine<T>(arithmetic: Arithmetic<T>, values: ReadonlyMap<string, T>, sum: Combination): T {
  const terms = Object.entries(sum).filter(([, coefficient]) => coefficient !== 0);
  const inputs = terms.map(([name]) => {
    const value = values.get(name);
    if (value === undefined)
      refuse(`The plan uses "${name}", which no earlier step kept; resume with the plan the state is of.`);
    return value;
  });
  if (inputs.length === 1 && terms[0]?.[1] === 1) return arithmetic.copy(inputs[0] as T);
  if (inputs.length === 0) return arithmetic.combine([values.get('x') as T], [0]);
  return arithmetic.combine(
    inputs,
    terms.map(([, coefficient]) => coefficient),
  );
}

/** x with the known part at its level; before the end with noise of its own. */
function keepKnown<T>(run: Run<T>, known: Known<T>, x: T, { alpha, sigma }: Level, position: number): T {
  const { arithmetic } = run;
  if (sigma === 0 && alpha === 1) return arithmetic.select(known.mask, x, known.image);
  const z = run.noise('known', position);
  const noisy = arithmetic.combine([known.image, z], [alpha, sigma]);
  const merged = arithmetic.select(known.mask, x, noisy);
  arithmetic.dispose(z);
  arithmetic.dispose(noisy);
  return merged;
}

function uses({ next, keep = {} }: PlanStep, name: string): boolean {
  return [next, ...Object.values(keep)].some((sum) => (sum[name] ?? 0) !== 0);
}
