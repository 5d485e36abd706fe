import { z } from 'zod';
import { DEVICE_HELP, type Interval } from '../options';
import { completeNetwork, type NetworkConfig, type NetworkImages, networkSchema } from './network';
import { type RunTraining, resolveTraining, trainingJsonSchema } from './training-settings';

/**
 * The configuration of a run: `config.json` in a run folder and what `denoiser train --config` reads. Everything that
 * decides how the run goes. What is left out has the original programs' value.
 */

export const FORMAT = 5;

/** What stands for the data of a run that was converted from weights, and knows no images. */
export const NO_DATA = '(none: name them with --data)';

const count = z.int().min(1).optional();
/** Every so many steps, or epochs, or either; `{}`: only at the end; null: by what it costs. */
const intervalSchema = z.strictObject({ steps: count, epochs: count }).nullable().default(null);

const side = z.int().min(8).max(4096).multipleOf(8);
const sizeSchema = z.union([side, z.tuple([side, side])], {
  error: 'a multiple of 8 from 8 to 4096 is needed, or a height and a width of that kind',
});

export const runSchema = z
  .strictObject({
    $schema: z.string().optional(),
    format: z.literal(FORMAT).default(FORMAT).describe('version of this format'),
    versions: z
      .record(z.string(), z.string())
      .default({})
      .describe('what made the run: for people; nothing depends on it'),
    data: z.string().min(1).describe('the images: a folder or a zip file; of classes one subfolder each'),
    conditional: z.boolean().default(false).describe('learn classes: every subfolder is one'),
    classNames: z
      .array(z.string())
      .default([])
      .describe('in label order; when given, those of the data have to be the same'),
    size: sizeSchema.default(64).describe('side of the pictures, divisible by 8; or height x width, like 48x64'),
    channels: z
      .union([z.literal(1), z.literal(3)])
      .default(3)
      .describe('1: grey, 3: colour'),
    augment: z.boolean().default(true).describe('random resized crops'),
    flip: z
      .boolean()
      .default(false)
      .describe('mirror every picture in half of the epochs; not for what has a side, like letters'),
    validation: z
      .number()
      .min(0)
      .lt(1)
      .default(0)
      .describe('hold out this share of the images, chosen by their names, and measure the loss on them'),
    skipBad: z.boolean().default(false).describe('leave out files that should be images and cannot be read'),
    from: z
      .string()
      .min(1)
      .nullable()
      .default(null)
      .describe(
        'begin with other weights, of a run, a checkpoint of one or a file, and with their network; the classes may be others',
      ),
    network: networkSchema,
    epochs: z.int().min(1).nullable().default(null).describe('the run ends after so many epochs; null: no limit'),
    steps: z.int().min(1).nullable().default(null).describe('the run ends after so many steps; null: no limit'),
    seconds: z
      .number()
      .positive()
      .nullable()
      .default(null)
      .describe(
        'the run ends after so many seconds of training, at whose end a learning rate that falls has fallen; without epochs and steps; null: no limit',
      ),
    training: z.looseObject({}).default({}).describe('the options of the trainer, as @denoiser/trainer takes them'),
    device: z.string().min(1).default('auto').describe(DEVICE_HELP),
    samples: z.int().min(1).nullable().default(null).describe('pictures in a grid; null: 12, with classes one of each'),
    sampleEvery: intervalSchema.describe(
      'how often a grid of samples is drawn, beside the end: in steps, in epochs, {} for never; null: after epochs, so that all take at most a twentieth of the time',
    ),
    checkpointEvery: intervalSchema.describe(
      'how often a checkpoint is written, beside the end: in steps, in epochs, {} for never; null: after epochs, so that all take at most a twentieth of the time',
    ),
    keep: z.int().min(0).default(3).describe('checkpoints that stay, the latest; 0 keeps all'),
    previewSteps: z
      .int()
      .min(1)
      .default(50)
      .describe("steps in which the grids are drawn: fewer are quicker and coarser; 'denoiser sample' takes all"),
    guidance: z.number().min(0).default(3).describe('scale of classifier-free guidance in the grids'),
  })
  .meta({
    title: 'denoiser run',
    description: 'Configuration of a training run: denoiser train --config run.json; config.json in every run folder.',
  });

type Parsed = z.output<typeof runSchema>;

/** A configuration with all defaults filled in. */
export type RunConfig = Omit<Parsed, 'training' | 'network' | '$schema'> & {
  network: NetworkConfig;
  training: Omit<RunTraining, 'batchSize'> & { batchSize: number };
};

/** A configuration that also says how often grids and checkpoints are made. */
export type SettledConfig = RunConfig & Readonly<Record<'sampleEvery' | 'checkpointEvery', Interval>>;

/** A configuration as it is written by hand; the data may come from the command line. */
export type RunConfigInput = z.input<typeof runSchema>;

/** ddpm.py and ddpm_conditional.py differ in these. */
const ORIGINAL = {
  unconditional: { epochs: 500, batchSize: 12 },
  conditional: { epochs: 300, batchSize: 14 },
};

/** Fills in what depends on other options. */
export function completed({ $schema: _, training: given, network, ...config }: Parsed): RunConfig {
  const original = config.conditional ? ORIGINAL.conditional : ORIGINAL.unconditional;
  const { epochs, steps, seconds } = config;
  const isEdm = network.type === 'edm';
  const training = resolveTraining(
    isEdm && given.process === undefined ? { ...given, process: { type: 'edm' } } : given,
  );
  return {
    ...config,
    network: completeNetwork(network, config.size),
    epochs: epochs === null && steps === null && seconds === null ? original.epochs : epochs,
    training: { ...training, batchSize: training.batchSize ?? original.batchSize },
  };
}

/** Returns what a run's network has to fit. */
export const imagesOf = ({ channels, conditional, classNames, size, training }: RunConfig): NetworkImages => ({
  channels,
  imageSize: size,
  classes: conditional ? classNames.length : undefined,
  learnedVariance: training.variance.type === 'learned-range',
});

/** Returns the JSON Schema that is published with the package. */
export function jsonSchema(): Record<string, unknown> {
  const { properties, ...rest } = z.toJSONSchema(runSchema, { io: 'input' });
  const training = { ...trainingJsonSchema(), description: runSchema.shape.training.description, default: {} };
  return { $id: `urn:denoiser:run:${FORMAT}`, ...rest, properties: { ...properties, training } };
}
