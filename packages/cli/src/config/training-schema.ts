import { z } from 'zod';

/**
 * The options of `createTrainer` of `@denoiser/trainer`, by the same names. A null where the trainer wants a number means
 * that the command fills it in: the batch size by its defaults, the steps of a rate schedule by the length of the run.
 */

const count = z.int().min(1);
const fromZero = z.int().min(0);
const share = z.number().min(0).max(1);
const above0 = z.number().positive();
const beta = z.number().gt(0).lt(1);

const steps = z.int().min(2).default(1000);
const zeroTerminalSnr = z.boolean().optional();
const ends = { betaStart: beta.optional(), betaEnd: beta.optional() };
const maxBeta = above0.optional();

/** What `createSchedule` of `@denoiser/schedules` takes. */
const scheduleSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('linear'), steps, ...ends, endsScaled: z.boolean().optional(), zeroTerminalSnr }),
  z.strictObject({ type: z.literal('scaled-linear'), steps, ...ends, zeroTerminalSnr }),
  z.strictObject({ type: z.literal('sigmoid-beta'), steps, ...ends, zeroTerminalSnr }),
  z.strictObject({ type: z.literal('cosine'), steps, offset: z.number().optional(), maxBeta, zeroTerminalSnr }),
  z.strictObject({
    type: z.literal('sigmoid-alpha-bar'),
    steps,
    start: z.number().optional(),
    end: z.number().optional(),
    tau: above0.optional(),
    maxBeta,
    zeroTerminalSnr,
  }),
  z.strictObject({ type: z.literal('laplace'), steps, maxBeta, zeroTerminalSnr }),
  z.strictObject({ type: z.literal('exponential'), steps, rate: z.number().optional(), maxBeta, zeroTerminalSnr }),
]);

const rateSteps = count.nullable().default(null).describe('Steps to its end; null: the length of the run.');

const learningRateSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('constant'), warmup: fromZero.default(0) }),
  z.strictObject({ type: z.literal('cosine'), warmup: fromZero.default(0), steps: rateSteps, final: share.default(0) }),
  z.strictObject({
    type: z.literal('one-cycle'),
    steps: rateSteps,
    rise: share.default(0.3),
    divisor: above0.default(25),
    finalDivisor: above0.default(1e4),
  }),
]);

const weightingSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('uniform') }),
  z.strictObject({ type: z.literal('min-snr'), gamma: above0.default(5) }),
  z.strictObject({ type: z.literal('p2'), k: above0.default(1), gamma: z.number().min(0).default(1) }),
]);

const timestepsSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('uniform'), first: fromZero.default(1) }),
  z.strictObject({
    type: z.literal('loss-second-moment'),
    first: fromZero.default(1),
    history: count.default(10),
    uniformShare: share.default(0.001),
  }),
]);

const varianceSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('fixed') }),
  z.strictObject({ type: z.literal('learned-range'), vlbWeight: z.number().min(0).default(0.001) }),
]);

const emaSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('decay'),
    decay: share.default(0.995),
    startStep: fromZero.default(2000),
    warmup: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('half-life'),
    halfLife: above0,
    unit: z.enum(['images', 'steps']).default('images'),
    startStep: fromZero.default(0),
    warmup: z.boolean().default(false),
  }),
]);

const prefaulted = <T extends z.ZodType>(schema: T, value: z.input<T>) => schema.prefault(value as never);

export const trainingSchema = z.strictObject({
  seed: fromZero.default(0).describe('Decides every random number of the run.'),
  batchSize: count.nullable().default(null).describe('Images of a step; null: 12, with classes 14.'),
  microBatchSize: count
    .nullable()
    .default(null)
    .describe('Images that go through the network at once; null: all of a step.'),
  schedule: prefaulted(scheduleSchema, { type: 'linear', betaStart: 1e-4, betaEnd: 0.02 }).describe(
    'The noise over time.',
  ),
  prediction: z.enum(['epsilon', 'x0', 'v']).default('epsilon').describe('What the network is trained to give.'),
  weighting: prefaulted(weightingSchema, { type: 'uniform' }).describe("How much a step's error counts."),
  timesteps: prefaulted(timestepsSchema, { type: 'uniform' }).describe('Which timesteps are trained how often.'),
  variance: prefaulted(varianceSchema, { type: 'fixed' }).describe(
    "Whether the network gives its steps' variance, too.",
  ),
  offsetNoise: z
    .number()
    .min(0)
    .default(0)
    .describe('The share of one number for each image and channel in the noise.'),
  learningRate: above0.default(3e-4),
  learningRateSchedule: prefaulted(learningRateSchema, { type: 'constant' }),
  betas: z
    .tuple([z.number().min(0).lt(1), z.number().min(0).lt(1)])
    .default([0.9, 0.999])
    .describe('Of AdamW.'),
  epsilon: above0.default(1e-8).describe('Of AdamW.'),
  weightDecay: z.number().min(0).default(0.01).describe('Of AdamW.'),
  maxGradientNorm: above0.nullable().default(null).describe('Longer gradients are scaled down to it; null: none are.'),
  ema: prefaulted(emaSchema, { type: 'decay' }).describe('How the average of the weights forgets.'),
  postHocEma: z
    .strictObject({ sigmaRel: z.array(z.number().gt(0).max(0.28)).min(1).default([0.05, 0.1]) })
    .nullable()
    .default(null)
    .describe('Averages from which one of any length can be made afterwards; null: none.'),
  labelDropout: share.default(0.1).describe('How often labels are left out, for guidance.'),
  labelDropoutPer: z.enum(['batch', 'sample']).default('batch'),
  dropout: z.number().min(0).lt(1).default(0).describe('The share of activations that the network drops.'),
  recompute: z.boolean().default(false).describe('Compute activations again for the gradient instead of keeping them.'),
});

export type TrainingConfig = z.output<typeof trainingSchema>;

/** The names under `training`. */
export const TRAINING_NAMES: readonly string[] = Object.keys(trainingSchema.shape);
