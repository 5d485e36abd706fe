import { DenoiserError } from '@denoiser/ops';
import type { ScheduleOptions } from '@denoiser/schedules';
import type { TrainingOptions } from './training-state';

/** The original program's choices. Batches there: 12 unconditional, 14 with classes. */
export const DEFAULTS = {
  schedule: { type: 'linear', steps: 1000 },
  learningRate: 3e-4,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.01,
  ema: { decay: 0.995, startStep: 2000 },
  labelDropout: 0.1,
} as const satisfies Partial<TrainingOptions>;

export type TrainingOptionsInput = Pick<TrainingOptions, 'seed' | 'batchSize'> &
  Partial<Omit<TrainingOptions, 'ema'>> & { ema?: Partial<TrainingOptions['ema']> };

/** The options with defaults filled in. Errors: `bad-option`, naming the option and its range. */
export function resolveOptions(input: TrainingOptionsInput): TrainingOptions {
  const { seed, batchSize } = input;
  const { learningRate, betas, epsilon, weightDecay, labelDropout } = { ...DEFAULTS, ...defined(input) };
  const ema = { ...DEFAULTS.ema, ...defined(input.ema ?? {}) };
  const checks: [name: string, value: number, valid: boolean, range: string][] = [
    ['seed', seed, Number.isSafeInteger(seed) && seed >= 0, 'a whole number from 0 to 2^53 − 1'],
    ['batchSize', batchSize, Number.isSafeInteger(batchSize) && batchSize > 0, 'a whole number from 1'],
    ['learningRate', learningRate, learningRate > 0 && learningRate < Infinity, 'a number above 0'],
    ['betas[0]', betas[0], betas[0] >= 0 && betas[0] < 1, 'a number from 0 to below 1'],
    ['betas[1]', betas[1], betas[1] >= 0 && betas[1] < 1, 'a number from 0 to below 1'],
    ['epsilon', epsilon, epsilon > 0 && epsilon < Infinity, 'a number above 0'],
    ['weightDecay', weightDecay, weightDecay >= 0 && weightDecay < Infinity, 'a number from 0'],
    ['ema.decay', ema.decay, ema.decay >= 0 && ema.decay <= 1, 'a number from 0 to 1'],
    [
      'ema.startStep',
      ema.startStep,
      Number.isSafeInteger(ema.startStep) && ema.startStep >= 0,
      'a whole number from 0',
    ],
    ['labelDropout', labelDropout, labelDropout >= 0 && labelDropout <= 1, 'a number from 0 to 1'],
  ];
  for (const [name, value, valid, range] of checks) {
    if (!valid) throw new DenoiserError('bad-option', `The training option ${name} is ${value}; give ${range}.`);
  }
  return {
    seed,
    batchSize,
    schedule: resolveSchedule(input.schedule),
    learningRate,
    betas,
    epsilon,
    weightDecay,
    ema,
    labelDropout,
  };
}

/** As plain JSON, with type and steps said. */
function resolveSchedule(schedule: ScheduleOptions = {}): ScheduleOptions {
  if (schedule.type === 'custom') return { ...schedule, betas: Array.from(schedule.betas) };
  return { ...DEFAULTS.schedule, ...defined(schedule) } as ScheduleOptions;
}

/** Without the fields that are undefined, which would hide defaults. */
function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
