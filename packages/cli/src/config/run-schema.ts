import { z } from 'zod';
import type { Interval } from '../options';
import { type RunTraining, resolveTraining, trainingJsonSchema } from './training-settings';

/**
 * The configuration of a run: `config.json` in a run folder and what `denoiser train --config` reads. Everything that
 * decides how the run goes. What is left out has the original programs' value.
 */

export const FORMAT = 3;

const count = z.int().min(1).optional();
/** Every so many steps, or epochs, or either; `{}`: only at the end; null: by what it costs. */
const intervalSchema = z.strictObject({ steps: count, epochs: count }).nullable().default(null);

export const runSchema = z
  .strictObject({
    $schema: z.string().optional(),
    format: z.literal(FORMAT).default(FORMAT).describe('The version of this format.'),
    versions: z
      .record(z.string(), z.string())
      .default({})
      .describe('What made the run: for people; nothing depends on it.'),
    data: z.string().min(1).describe('The pictures: a folder or a zip file.'),
    conditional: z.boolean().default(false).describe('Every subfolder is a class.'),
    classNames: z
      .array(z.string())
      .default([])
      .describe('In label order; when given, those of the data have to be the same.'),
    size: z.int().min(8).max(4096).multipleOf(8).default(64).describe('Side of the pictures.'),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .default(3)
      .describe('1: grey, 3: colour.'),
    augment: z.boolean().default(true).describe('Random resized crops.'),
    flip: z.boolean().default(false).describe('Mirror every picture in half of the epochs.'),
    validation: z.number().min(0).lt(1).default(0).describe('The share of the pictures that is held out.'),
    from: z.string().min(1).nullable().default(null).describe('A run folder whose weights this run begins with.'),
    baseWidth: z.int().min(4).multipleOf(4).default(64).describe('Channels at full size.'),
    timeDim: z.int().min(2).multipleOf(2).default(256).describe('Width of the time embedding.'),
    epochs: z.int().min(1).nullable().default(null).describe('The run ends after so many epochs; null: no limit.'),
    steps: z.int().min(1).nullable().default(null).describe('The run ends after so many steps; null: no limit.'),
    training: z.looseObject({}).default({}).describe('The options of the trainer, as @denoiser/trainer takes them.'),
    device: z.string().min(1).default('auto'),
    samples: z
      .int()
      .min(1)
      .nullable()
      .default(null)
      .describe('Pictures in a grid; null: 12, with classes one of each.'),
    sampleEvery: intervalSchema.describe(
      'How often a grid of samples is drawn, beside the end: in steps, in epochs, {} for never; null: after epochs, so that all take at most a twentieth of the time.',
    ),
    checkpointEvery: intervalSchema.describe(
      'How often a checkpoint is written, beside the end: in steps, in epochs, {} for never; null: after epochs, so that all take at most a twentieth of the time.',
    ),
    keep: z.int().min(0).default(3).describe('Checkpoints that stay, the latest; 0: all.'),
    previewSteps: z.int().min(1).default(50).describe('Steps in which the grids are drawn.'),
    guidance: z.number().min(0).default(3).describe('Scale of classifier-free guidance in the grids.'),
  })
  .meta({
    title: 'denoiser run',
    description: 'Configuration of a training run: denoiser train --config run.json; config.json in every run folder.',
  });

type Parsed = z.output<typeof runSchema>;

/** A configuration with everything said. */
export type RunConfig = Omit<Parsed, 'training' | '$schema'> & {
  training: Omit<RunTraining, 'batchSize'> & { batchSize: number };
};

/** A configuration of which also is decided how often grids and checkpoints are made. */
export type SettledConfig = RunConfig & Readonly<Record<'sampleEvery' | 'checkpointEvery', Interval>>;

/** A configuration as it is written by hand; the data may come from the command line. */
export type RunConfigInput = z.input<typeof runSchema>;

/** ddpm.py and ddpm_conditional.py differ in these. */
const ORIGINAL = {
  unconditional: { epochs: 500, batchSize: 12 },
  conditional: { epochs: 300, batchSize: 14 },
};

/** Fills in what depends on other options. */
export function completed({ $schema: _, training: given, ...config }: Parsed): RunConfig {
  const original = config.conditional ? ORIGINAL.conditional : ORIGINAL.unconditional;
  const { epochs, steps } = config;
  const training = resolveTraining(given);
  return {
    ...config,
    epochs: epochs === null && steps === null ? original.epochs : epochs,
    training: { ...training, batchSize: training.batchSize ?? original.batchSize },
  };
}

/** The JSON Schema that is published with the package. */
export function jsonSchema(): Record<string, unknown> {
  const { properties, ...rest } = z.toJSONSchema(runSchema, { io: 'input' });
  const training = { ...trainingJsonSchema(), description: runSchema.shape.training.description, default: {} };
  return { $id: `urn:denoiser:run:${FORMAT}`, ...rest, properties: { ...properties, training } };
}
