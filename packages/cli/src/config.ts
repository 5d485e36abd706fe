import { resolve } from 'node:path';
import { z } from 'zod';
import type { Interval } from './options';
import { version } from './version';

/** What `config.json` in a run folder holds: everything that decides how the run goes, so that `resume` needs no flags. */
const intervalSchema = z.union([
  z.literal('never'),
  z.strictObject({ every: z.int().min(1), unit: z.enum(['epoch', 'step']) }),
]);

export const runConfigSchema = z.strictObject({
  format: z.literal(1),
  /** Versions that made the run: for people; nothing depends on them. */
  versions: z.record(z.string(), z.string()),
  /** Absolute path of the pictures. */
  data: z.string().min(1),
  conditional: z.boolean(),
  /** Class names in label order; empty when unconditional. */
  classNames: z.array(z.string()),
  size: z.int().min(8).multipleOf(8),
  channels: z.union([z.literal(1), z.literal(3)]),
  augment: z.boolean(),
  baseWidth: z.int().min(4).multipleOf(4),
  timeDim: z.int().min(2).multipleOf(2),
  schedule: z.enum(['linear', 'cosine', 'sigmoid']),
  noiseSteps: z.int().min(2),
  betaStart: z.number().positive(),
  betaEnd: z.number().positive(),
  /** The run ends after so many epochs or steps, whichever is first; null: no limit. */
  epochs: z.int().min(1).nullable(),
  steps: z.int().min(1).nullable(),
  batchSize: z.int().min(1),
  lr: z.number().positive(),
  weightDecay: z.number().min(0),
  emaDecay: z.number().min(0).max(1),
  emaStart: z.int().min(0),
  dropoutLabels: z.number().min(0).max(1),
  seed: z.int().min(0),
  device: z.string(),
  samples: z.int().min(1).nullable(),
  sampleEvery: intervalSchema,
  checkpointEvery: intervalSchema,
  keep: z.int().min(0),
  previewSteps: z.int().min(1),
  guidance: z.number().min(0),
});

export type RunConfig = z.infer<typeof runConfigSchema>;

/** The options of `denoiser train` as the command line gives them. */
export interface TrainOptions {
  size: number;
  conditional?: boolean;
  grey?: boolean;
  augment: boolean;
  out?: string;
  overwrite?: boolean;
  epochs?: number;
  steps?: number;
  batchSize?: number;
  lr: number;
  weightDecay: number;
  emaDecay: number;
  emaStart: number;
  dropoutLabels: number;
  seed: number;
  schedule: 'linear' | 'cosine' | 'sigmoid';
  noiseSteps: number;
  betaStart: number;
  betaEnd: number;
  baseWidth: number;
  timeDim: number;
  device: string;
  samples?: number;
  sampleEvery?: Interval;
  checkpointEvery?: Interval;
  keep: number;
  previewSteps: number;
  guidance: number;
}

/** ddpm.py and ddpm_conditional.py differ in these. */
const ORIGINAL = {
  unconditional: { epochs: 500, batchSize: 12 },
  conditional: { epochs: 300, batchSize: 14 },
};

const EVERY_EPOCH: Interval = { every: 1, unit: 'epoch' };

/** The configuration of a new run; class names are known once the images are read. */
export function newConfig(data: string, options: TrainOptions): RunConfig {
  const { out, overwrite, grey, conditional = false, ...rest } = options;
  const original = conditional ? ORIGINAL.conditional : ORIGINAL.unconditional;
  return {
    format: 1,
    versions: { denoiser: version, node: process.versions.node },
    data: resolve(data),
    classNames: [],
    ...rest,
    conditional,
    channels: grey ? 1 : 3,
    epochs: options.epochs ?? (options.steps === undefined ? original.epochs : null),
    steps: options.steps ?? null,
    batchSize: options.batchSize ?? original.batchSize,
    samples: options.samples ?? null,
    sampleEvery: options.sampleEvery ?? EVERY_EPOCH,
    checkpointEvery: options.checkpointEvery ?? EVERY_EPOCH,
    previewSteps: Math.min(options.previewSteps, options.noiseSteps),
  };
}
