import { existsSync, statSync } from 'node:fs';
import { type Images, type Model, type PictureSettings, readPictureInfo } from '@denoiser/backend-node';
import { samplerOptionNames } from '@denoiser/samplers/arrays';
import { z } from 'zod';
import { CommandError } from '../errors';
import { SCHEDULES } from '../sampler-options';
import { version } from '../version';
import type { SampleFlags } from './sample-flags';
import { wordOf } from './word';

/**
 * How `sample` drew a picture: what its flags said, in the metadata of the PNG. `--like` reads it, and what is given on the
 * command line goes before it.
 */

const text = z.string().max(4096);
/** Not one of another machine, which Windows would ask for it. */
const path = text.refine((name) => !/^[\\/]{2}/.test(name), { error: 'a path of this machine is needed' });
const whole = z.int().min(0);
const classChoice = z.union([text, whole]);

/** Bounded, as the picture may be a stranger's; whether options fit each other and the model is checked where they are used. */
const schema = z
  .strictObject({
    ...Object.fromEntries(samplerOptionNames.map((name) => [name, z.json()])),
    run: path,
    version: text,
    model: text,
    count: z.int().min(1).max(10_000),
    seed: whole,
    steps: z.int().min(1).max(100_000),
    class: z.array(classChoice).max(10_000),
    text: text,
    sharedNoise: z.boolean(),
    indices: z.array(whole).max(10_000),
    interpolate: z.tuple([whole, whole]),
    from: path,
    strength: z.number(),
    inpaint: path,
    mask: path,
    invert: path,
    guidance: z.number(),
    guidanceRescale: z.number(),
    guidanceInterval: z.tuple([z.number(), z.number()]),
    negativeClass: classChoice,
    noclip: z.boolean(),
    weights: z.string().min(1),
    emaLength: z.number(),
    checkpoint: whole,
    size: z.union([z.int(), z.tuple([z.int(), z.int()])]),
    schedule: z.enum(SCHEDULES),
    zeroSnr: z.boolean(),
    prediction: z.enum(['epsilon', 'x0', 'v', 'flow']),
    noiseSteps: whole,
    betaStart: z.number(),
    betaEnd: z.number(),
  })
  .partial();

type Recorded = Pick<SampleFlags, keyof SampleFlags & keyof z.output<typeof schema>> & {
  run?: string;
  version?: string;
};

const { run: _, version: __, ...ofFlags } = schema.shape;
const FLAGS = Object.keys(ofFlags) as (keyof SampleFlags)[];

/**
 * Returns what is written into pictures: into a grid, or of one of its images alone where its number is given. `run` is undefined
 * where the flags name a model that comes as a package.
 */
export function settingsOf(
  run: string | undefined,
  flags: SampleFlags,
  model: Pick<Model, 'classNames' | 'step'>,
  images: Pick<Images, 'count' | 'labels'>,
): (image?: number) => PictureSettings {
  const given = Object.fromEntries(FLAGS.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]]])));
  // An average of a length ends at the last snapshot, which may be later than the checkpoint.
  const isOfCheckpoint =
    run !== undefined && statSync(run, { throwIfNoEntry: false })?.isDirectory() && flags.emaLength === undefined;
  const isDrawn = flags.interpolate === undefined && flags.invert === undefined;
  const whole = {
    ...(run !== undefined && { run }),
    ...(isOfCheckpoint && model.step !== undefined && { checkpoint: model.step }),
    ...(isDrawn && { seed: 0, count: images.count }),
    ...given,
    version,
  };
  const across = sharedBy(flags, model);
  return (image) => {
    if (image === undefined || !isDrawn) return whole;
    const name = model.classNames[images.labels?.[image] ?? -1];
    const { text: _, sharedNoise: __, ...alone } = whole as typeof whole & SampleFlags;
    return {
      ...alone,
      count: 1,
      ...(across === undefined
        ? { indices: [flags.indices?.[image] ?? image] }
        : { seed: (flags.seed ?? 0) + Math.floor(image / across), indices: [0] }),
      ...(name !== undefined && { class: [name] }),
    };
  };
}

/** How many neighbours share one noise; undefined where none do. */
function sharedBy({ text, sharedNoise, class: classes }: SampleFlags, { classNames }: Pick<Model, 'classNames'>) {
  if (text !== undefined) return wordOf(text, classNames).classes.length;
  return sharedNoise ? (classes ?? classNames).length : undefined;
}

/** Settings as a program wrote them that used the API: its options under the names of the flags. */
function withFlagNames({ classes, guidance, ...others }: PictureSettings): PictureSettings {
  const parts = typeof guidance === 'object' && guidance !== null ? (guidance as PictureSettings) : { scale: guidance };
  const named = {
    class: classes,
    guidance: parts.scale,
    guidanceRescale: parts.rescale,
    guidanceInterval: parts.interval,
  };
  return { ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)), ...others };
}

/**
 * Reads how a picture was drawn.
 *
 * @throws DenoiserError for a picture that does not say it, and naming what is illegible in one that does.
 */
async function readSettings(file: string): Promise<Recorded> {
  const settings = (await readPictureInfo(file))?.settings;
  if (settings === undefined) {
    throw new CommandError(
      'picture-without-settings',
      `--like ${file} does not say how it was drawn; give a PNG as 'denoiser sample' wrote it.`,
    );
  }
  const { success, data, error } = schema.safeParse(withFlagNames(settings));
  if (success) return data as Recorded;
  const [issue] = error.issues;
  const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('.');
  throw new CommandError(
    'picture-info-damaged',
    `--like ${file}: this version cannot read '${field}' in what it says of itself (${issue?.message}); give the flags yourself.`,
  );
}

/** What a flag puts an end to, beside what it says itself. */
const REPLACED: Readonly<Record<string, readonly string[]>> = {
  // Another sampler has options of its own.
  sampler: [...samplerOptionNames, 'noclip'],
  noclip: ['threshold'],
  threshold: ['noclip'],
  weights: ['emaLength'],
  emaLength: ['weights'],
  model: ['weights', 'emaLength', 'size', 'schedule', 'zeroSnr', 'prediction', 'noiseSteps', 'betaStart', 'betaEnd'],
  count: ['indices'],
  class: ['text'],
  text: ['class', 'indices', 'count', 'sharedNoise', 'interpolate', 'invert'],
  sharedNoise: ['indices'],
  interpolate: ['seed', 'count', 'indices', 'from', 'strength', 'inpaint', 'mask', 'invert'],
  invert: ['seed', 'count', 'indices', 'from', 'strength', 'inpaint', 'mask', 'interpolate'],
  from: ['inpaint', 'mask', 'invert', 'interpolate'],
  inpaint: ['from', 'strength', 'invert', 'interpolate'],
  seed: ['interpolate'],
};

/** Returns the flags that draw a picture again, with those that are given in their place; and the run, if none is named. */
export async function likePicture(
  run: string | undefined,
  given: SampleFlags,
): Promise<{ run: string | undefined; flags: SampleFlags }> {
  if (given.like === undefined) return { run, flags: given };
  const { run: before, version: _, checkpoint, ...recorded } = await readSettings(given.like);
  const replaced = new Set(Object.keys(given).flatMap((name) => REPLACED[name] ?? []));
  const kept = Object.fromEntries(Object.entries(recorded).filter(([name]) => !replaced.has(name)));
  if (run !== undefined || given.model !== undefined) {
    const { model: _, ...others } = kept;
    return { run, flags: { ...others, ...given } };
  }
  if (kept.model !== undefined) return { run, flags: { ...kept, ...given } };
  if (before === undefined || !existsSync(before)) {
    const where = before === undefined ? 'does not say from which run' : `was drawn from ${before}, which is not here`;
    throw new CommandError(
      'model-missing',
      `--like ${given.like} ${where}; name the run: denoiser sample <run> --like ${given.like}`,
    );
  }
  return { run: before, flags: { ...kept, ...(checkpoint !== undefined && { checkpoint }), ...given } };
}
