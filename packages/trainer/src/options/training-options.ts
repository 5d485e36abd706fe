import type { Process, ProcessOptions } from '@denoiser/schedules';
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
import { SCHEDULES, type TrainedSchedule, trainableProcess } from './schedules';
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
 * The options of training with their defaults filled in. They are JSON, and every checkpoint holds them.
 */
export type TrainingOptions = {
  /** Decides every random number of the run. */
  seed: number;
  /** Images of a step. */
  batchSize: number;
  /** Images that go through the network at once; a step sums the gradients of its parts. null: all images of a step. */
  microBatchSize: number | null;
  /**
   * Whether fewer images go through the network at once where the graphics card has no memory for all of them. The step is the same,
   * to rounding.
   */
  splitToFit: boolean;
  /** The noise that the network is trained for: options of `createSchedule`, or continuous time by angle. */
  process: TrainedSchedule;
  /** What the network is trained to predict. */
  prediction: TrainedPrediction;
  /** How much the error at a timestep counts. */
  weighting: Weighting;
  /** Which timesteps are trained how often. */
  timesteps: Timesteps;
  /** Whether the network learns the variance of sampling steps, too. */
  variance: VarianceOptions;
  /** Strength of offset noise: one normal number per image and channel, added to the noise of all pixels. 0: none. */
  offsetNoise: number;
  /** Step size of AdamW, which the schedule multiplies. */
  learningRate: number;
  learningRateSchedule: LearningRateSchedule;
  /** AdamW's decay rates of its two moments, its ε, and its weight decay. */
  betas: readonly [beta1: number, beta2: number];
  epsilon: number;
  weightDecay: number;
  /** The limit to which gradients are scaled down by their norm over all parameters. null: no limit. */
  maxGradientNorm: number | null;
  /** How the average of the weights forgets. */
  ema: EmaOptions;
  /** Averages from which `reconstructEma` makes one of any length. null: none. */
  postHocEma: PostHocEma | null;
  /** Share of the labels that are left out, for classifier-free guidance. */
  labelDropout: number;
  /** Whether labels are left out one by one, or all of a step's at once. */
  labelDropoutPer: 'batch' | 'sample';
  /** Share of activations that the network drops in training. It needs a training form. */
  dropout: number;
  /** Whether the network keeps only its blocks' inputs and runs blocks again for gradients. It needs a training form. */
  recompute: boolean;
};

/** The options of training as a caller gives them: `seed`, `batchSize`, and whatever differs from the defaults. */
export type TrainingOptionsInput = Input<
  Omit<
    TrainingOptions,
    'process' | 'ema' | 'postHocEma' | 'learningRateSchedule' | 'weighting' | 'timesteps' | 'variance'
  >,
  'seed' | 'batchSize'
> & {
  /** The noise that the network is trained for, built or as options: discrete, or by angle. Default: linear in 1000 steps. */
  process?: Process | ProcessOptions;
  weighting?: WeightingInput;
  timesteps?: TimestepsInput;
  variance?: VarianceInput;
  learningRateSchedule?: LearningRateScheduleInput;
  ema?: EmaInput;
  postHocEma?: Partial<PostHocEma> | null;
};

/** The original program's choices. Its batches have 12 images, 14 with classes. */
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

/** The table of the options of training: range, default and help of each. Forms, flags and schemas follow from it. */
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
  splitToFit: {
    ...trueOrFalse(false),
    about: 'where a graphics card has no memory for the images of a step, fewer at once',
  },
  process: {
    ...trainableProcess(SCHEDULES),
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

/**
 * Fills in the defaults of options of training, and checks their ranges.
 *
 * @throws DenoiserError `option-invalid` that names the option and its range, or the nearest name.
 */
export function resolveOptions(input: TrainingOptionsInput): TrainingOptions {
  return resolveSettings(TRAINING_OPTIONS, input as Partial<TrainingOptions>);
}

/** The JSON Schema (2020-12) of the options that `createTrainer` takes beside the model. */
export const TRAINING_OPTIONS_SCHEMA: JsonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'Training options of denoiser',
  ...objectSchema(TRAINING_OPTIONS),
};
