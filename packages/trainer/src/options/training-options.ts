import type { Process, ProcessOptions, ScheduleOptions } from '@denoiser/schedules';
import { EMA_RULES, type EmaInput, type EmaOptions } from '../ema/index';
import { type PostHocEma, postHocSettings } from '../ema/post-hoc-options';
import {
  LEARNING_RATE_SCHEDULES,
  type LearningRateSchedule,
  type LearningRateScheduleInput,
} from '../learning-rate/index';
import { VARIANCES, type VarianceInput, type VarianceOptions } from '../objective/variance';
import { TIMESTEP_SAMPLERS, type Timesteps, type TimestepsInput } from '../timesteps/index';
import { WEIGHTINGS, type Weighting, type WeightingInput } from '../weighting/index';
import type { TrainedPrediction } from '../weighting/weighting';
import { oneKind } from './kinds';
import { discreteProcess, SCHEDULES } from './schedules';
import {
  type Input,
  type JsonSchema,
  numberAbove,
  numberFrom,
  objectOf,
  objectSchema,
  oneOf,
  orNull,
  resolveSettings,
  type Setting,
  type SettingsOf,
  trueOrFalse,
  wholeNumber,
} from './settings';

/**
 * The options that shape what is computed, with their defaults filled in. JSON, but for the functions of kinds of one's
 * own; a checkpoint holds them.
 */
export type TrainingOptions = {
  seed: number;
  /** Images of a step. */
  batchSize: number;
  /** Images that go through the network at once; the gradients of a step are summed over them. null: all of a step. */
  microBatchSize: number | null;
  /** What the network is trained for: the options of `createSchedule`. */
  process: ScheduleOptions;
  /** What the network is trained to give. */
  prediction: TrainedPrediction;
  /** How much a step's error counts, by its signal-to-noise ratio. */
  weighting: Weighting;
  /** Which timesteps are trained how often. */
  timesteps: Timesteps;
  /** Whether the network gives its steps' variance, too. */
  variance: VarianceOptions;
  /** The share of one number for each image and channel in the noise. 0: none. */
  offsetNoise: number;
  learningRate: number;
  learningRateSchedule: LearningRateSchedule;
  betas: readonly [beta1: number, beta2: number];
  epsilon: number;
  weightDecay: number;
  /** Gradients of a larger norm, taken over all parameters, are scaled down to it. null: none are. */
  maxGradientNorm: number | null;
  /** How the average of the weights forgets. */
  ema: EmaOptions;
  /** Averages from which one of any length can be made afterwards. null: none. */
  postHocEma: PostHocEma | null;
  /** How often a label is left out, and whether each is by itself or all of a step's at once. */
  labelDropout: number;
  labelDropoutPer: 'batch' | 'sample';
  /** The share of activations that the network drops in training, if it can. */
  dropout: number;
  /** Whether the network keeps only its blocks' inputs and runs them again for the gradient, if it can. */
  recompute: boolean;
};

/** The options as they are given: `seed` and `batchSize`, and whatever differs from the defaults. */
export type TrainingOptionsInput = Input<
  Omit<
    TrainingOptions,
    'process' | 'ema' | 'postHocEma' | 'learningRateSchedule' | 'weighting' | 'timesteps' | 'variance'
  >,
  'seed' | 'batchSize'
> & {
  /** What the network is trained for, built or as options; a discrete process. Default: linear in 1000 steps. */
  process?: Process | ProcessOptions;
  weighting?: WeightingInput;
  timesteps?: TimestepsInput;
  variance?: VarianceInput;
  learningRateSchedule?: LearningRateScheduleInput;
  ema?: EmaInput;
  postHocEma?: Partial<PostHocEma> | null;
};

/** The original program's choices. Batches there: 12 unconditional, 14 with classes. */
export const DEFAULTS = {
  learningRate: 3e-4,
  betas: [0.9, 0.999],
  epsilon: 1e-8,
  weightDecay: 0.01,
  labelDropout: 0.1,
} as const satisfies Partial<TrainingOptions>;

const betas: Setting<readonly [number, number]> = {
  range: 'two numbers from 0 to below 1',
  schema: {
    type: 'array',
    items: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
    minItems: 2,
    maxItems: 2,
  },
  isValid: (value) => Array.isArray(value) && value.length === 2 && value.every((beta) => beta >= 0 && beta < 1),
  fallback: DEFAULTS.betas,
};

const isShare = (value: unknown) => typeof value === 'number' && value >= 0 && value < 1;

/** Every option of training: its range, default and what it is; whoever shows, reads or describes options goes by it. */
export const TRAINING_OPTIONS: SettingsOf<TrainingOptions> = {
  seed: {
    ...wholeNumber(0),
    about: 'decides every random number of the run',
    range: 'a whole number from 0 to 2^53 − 1',
  },
  batchSize: { ...wholeNumber(1), about: 'images a step' },
  microBatchSize: {
    ...orNull(wholeNumber(1)),
    about: 'images at once; the gradients of a step are summed over its parts, which takes less memory',
  },
  process: {
    ...discreteProcess(SCHEDULES),
    about: "noise over time: 'linear' (the original's) and others by β; 'cosine' and others by ᾱ",
  },
  prediction: {
    ...oneOf(['epsilon', 'x0', 'v'], 'epsilon'),
    about: "what the network learns to give: 'epsilon' (the noise), 'x0' or 'v'",
  },
  weighting: {
    ...(oneKind<Weighting>(WEIGHTINGS, 'uniform') as Setting<Weighting>),
    about: "how much each noise level counts: 'uniform', 'min-snr' or 'p2'",
  },
  timesteps: {
    ...(oneKind<Timesteps>(TIMESTEP_SAMPLERS, 'uniform') as Setting<Timesteps>),
    about: "which are trained: 'uniform', or more often where the loss is large ('loss-second-moment')",
  },
  variance: {
    ...oneKind<VarianceOptions>(VARIANCES, 'fixed'),
    about: 'the network learns the variance of its steps, too: better likelihoods and samples in few steps',
  },
  offsetNoise: { ...numberFrom(0, undefined, 0), about: 'noise that whole pictures share' },
  learningRate: { ...numberAbove(0, DEFAULTS.learningRate), about: 'learning rate of AdamW' },
  learningRateSchedule: {
    ...(oneKind<LearningRateSchedule>(LEARNING_RATE_SCHEDULES, 'constant') as Setting<LearningRateSchedule>),
    about: "'constant', 'cosine' (down to 0 at the end) or 'one-cycle'",
  },
  betas: { ...betas, about: 'decay of the first and second moment of AdamW' },
  epsilon: { ...numberAbove(0, DEFAULTS.epsilon), about: 'ε of AdamW' },
  weightDecay: { ...numberFrom(0, undefined, DEFAULTS.weightDecay), about: 'weight decay of AdamW' },
  maxGradientNorm: { ...orNull(numberAbove(0)), about: 'scale longer gradients down to this norm' },
  ema: {
    ...(oneKind<EmaOptions>(EMA_RULES, 'decay') as Setting<EmaOptions>),
    about: "how the average of the weights forgets: 'decay', the same in every step, or 'half-life', by images",
  },
  postHocEma: {
    ...orNull(objectOf<PostHocEma>(postHocSettings)),
    about: 'keep averages from which one of any length can be made afterwards',
  },
  labelDropout: {
    ...numberFrom(0, 1, DEFAULTS.labelDropout),
    about: 'share of the batches that are trained without labels, for guidance',
  },
  labelDropoutPer: {
    ...oneOf(['batch', 'sample'], 'batch'),
    about: "leave labels out for a whole 'batch' or for each 'sample' by itself",
  },
  dropout: {
    about: 'share of activations that the network drops',
    ...numberFrom(0, 1, 0),
    range: 'a number from 0 to below 1',
    schema: { type: 'number', minimum: 0, exclusiveMaximum: 1 },
    isValid: isShare,
  },
  recompute: {
    ...trueOrFalse(false),
    about: 'compute activations again for the gradient instead of keeping them: less memory, more time',
  },
};

/** The options with defaults filled in. Errors: `option-invalid`, naming the option and its range or the nearest name. */
export function resolveOptions(input: TrainingOptionsInput): TrainingOptions {
  return resolveSettings(TRAINING_OPTIONS, input as Partial<TrainingOptions>);
}

/** JSON Schema (2020-12) of the options that `createTrainer` takes beside the model. */
export const TRAINING_OPTIONS_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Training options of denoiser',
  ...objectSchema(TRAINING_OPTIONS),
};
