import {
  clearRunFolder,
  fileCheckpointStore,
  lockFolder,
  openImageFolder,
  prepareFolder,
  selectDevice,
} from '@denoiser/backend-node';
import { createTrainer, horizontalFlip } from '@denoiser/trainer';
import { createUNet, type UNet } from '@denoiser/unet';
import { aboutRun, factsOf } from '../about-run';
import type { RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { describePreflight } from '../preflight';
import { type Steps, stepsOf } from '../progress';
import { openRunRecord } from '../record/run-record';
import { clearLater, type RunPaths, runPaths, writeConfig } from '../run-folder';
import { shortList } from '../text';
import { createPreviews, tryGrid } from './previews';
import type { Reporter } from './reporter';
import { trainToEnd } from './train-to-end';

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
  /** Tells what the run needs, and writes nothing. */
  isDryRun?: boolean | undefined;
}

/** What has become of a run. */
export interface TrainedRun {
  readonly folder: string;
  /** 'tried': a dry run. 'stopped' came by the signal; a finished run can be gone on with, too, to more steps. */
  readonly status: 'finished' | 'stopped' | 'tried';
  /** Steps done in all, and before this call. */
  readonly step: number;
  readonly firstStep: number;
  readonly paths: RunPaths;
  /** The last grid of samples. */
  readonly samples: string;
}

/** How a run is watched and ended. */
export interface Watching {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Told before the run folder is touched. */
  onWriting?(): void;
  /** Told when training begins, with its length and the steps done before: what a display needs. */
  onTraining?(run: Steps & { readonly batchSize: number; readonly first: number }): void | Promise<void>;
}

/**
 * Trains a run, from the beginning or from its latest checkpoint, to the end or to the signal; one process at a time.
 *
 * @throws DenoiserError in one sentence; until all of the request is found right, nothing is written.
 */
export async function trainRun(run: TrainingRun, watching: Watching): Promise<TrainedRun> {
  let lock = run.start === 'resume' ? await lockFolder(run.folder) : undefined;
  try {
    return await train(run, watching, async () => {
      watching.onWriting?.();
      await prepareFolder(run.folder);
      lock ??= await lockFolder(run.folder);
    });
  } finally {
    await lock?.release();
  }
}

async function train(run: TrainingRun, watching: Watching, takeFolder: () => Promise<void>): Promise<TrainedRun> {
  const { folder, start, isDryRun } = run;
  const { reporter, signal } = watching;
  const parts = await openParts(run.config, watching);
  const { config, model, trainer, steps } = parts;
  const { progress } = trainer;
  const paths = runPaths(folder);
  const onDrawing = (done: number, total: number) => reporter.onDrawing?.(done, total);
  const previews = createPreviews({ ...parts, paths, signal, onDrawing });
  const outcome = (status: TrainedRun['status'], firstStep: number): TrainedRun => ({
    ...{ folder, status, paths, firstStep },
    step: progress.step,
    samples: previews.path(),
  });
  try {
    // Only now, when nothing is wrong with the request, is the run folder touched.
    if (!isDryRun) await takeFolder();
    const isNew = start === 'anew';
    const about = { ...aboutRun(parts), ...(isNew && (await trial(parts, signal))) };
    if (isDryRun) {
      reporter.onBegin?.(about);
      return outcome('tried', 0);
    }
    // Read before the old run goes: it may be the one that this begins with, or be missing.
    const beginning = isNew ? await startFrom(parts) : {};
    if (isNew) await clearRunFolder(folder);
    const store = fileCheckpointStore(paths.checkpoints, { keep: config.keep || Number.POSITIVE_INFINITY });
    if (!isNew) {
      await trainer.resume(store);
      clearLater(paths, progress);
    }
    await writeConfig(paths, config);
    const firstStep = progress.step;
    reporter.onBegin?.({
      ...about,
      ...beginning,
      ...(firstStep > 0 && { 'goes on': `after step ${firstStep.toLocaleString('en')}` }),
      'run folder': folder,
    });
    await watching.onTraining?.({ ...steps, batchSize: config.training.batchSize, first: firstStep });
    const noiseSteps = config.training.schedule.steps;
    const record = await openRunRecord({ paths, resumedAt: firstStep, noiseSteps, facts: factsOf(parts) });
    try {
      await trainToEnd({ ...parts, held: parts.images.validation, store, paths, record, reporter, signal, previews });
    } catch (error) {
      throw isDivergence(error) && (await store.list()).length > 0 ? withAdvice(error, folder, config) : error;
    }
    return outcome(progress.step >= steps.total ? 'finished' : 'stopped', firstStep);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Everything that a run consists of, opened and checked. */
async function openParts(requested: RunConfig, { reporter, signal }: Watching) {
  const device = await selectDevice({ device: requested.device });
  const { seed, batchSize } = requested.training;
  const images = await openImageFolder(requested.data, { ...requested, seed, signal });
  checkClasses(requested, images.classNames);
  const config = { ...requested, classNames: [...images.classNames] };
  const dataset = config.flip ? horizontalFlip(images.dataset, { seed }) : images.dataset;
  const steps = stepsOf({ ...config, images: dataset.length, batchSize });
  const model = createModel(config);
  const onWarning = (message: string) => reporter.onWarning?.(message);
  const trainer = createTrainer({ model, ...trainingOptions(config, steps), onWarning });
  return { device, images, config, model, steps, dataset, trainer, imageShape: dataset.imageShape };
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** Two trial steps, which leave no trace in the weights, and a throw-away grid; a run that goes on has shown that it can. */
async function trial(parts: Parts, signal: AbortSignal): Promise<Record<string, string>> {
  const { trainer, dataset, steps, config, device } = parts;
  const found = await trainer.preflight(dataset, { steps: steps.total, signal });
  await tryGrid(parts, signal);
  const { length, imageShape } = dataset;
  return describePreflight(found, { device, images: { length, imageShape, isAugmented: config.augment } });
}

async function startFrom({ config, trainer }: Parts): Promise<Record<string, string>> {
  if (config.from === null) return {};
  const { step } = await trainer.startFrom(fileCheckpointStore(runPaths(config.from).checkpoints), {
    classNames: config.classNames,
  });
  return { 'begins with': `the averaged weights of ${config.from} after step ${step}` };
}

function createModel({ channels, baseWidth, timeDim, classNames, conditional, size, training }: RunConfig): UNet {
  const classes = conditional ? classNames.length : undefined;
  const learnedVariance = training.variance.type === 'learned-range';
  return createUNet({ channels, baseWidth, timeDim, classes, imageSize: size, learnedVariance, seed: training.seed });
}

/** The trainer's options, with the steps of a rate schedule that is to span the run. */
function trainingOptions({ training }: RunConfig, { total }: Steps) {
  const { learningRateSchedule: rate } = training;
  const learningRateSchedule = rate.type === 'constant' ? rate : { ...rate, steps: rate.steps ?? Math.max(2, total) };
  return { ...training, learningRateSchedule };
}

/** A run goes on with the classes it began with: a label means what its number meant. */
function checkClasses({ data, classNames }: RunConfig, found: readonly string[]): void {
  if (classNames.length === 0 || classNames.join('/') === found.join('/')) return;
  throw new CommandError(
    'classes-differ',
    `${data} has the classes ${shortList(found)}, but the run began with ${shortList(classNames)}; put the subfolders back as they were, or train anew.`,
  );
}

const isDivergence = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && error.code === 'diverged';

function withAdvice(error: Error & { code: string }, folder: string, { training }: RunConfig): CommandError {
  const lower = Number((training.learningRate / 3).toPrecision(1));
  return new CommandError(error.code, `${error.message.replace(/\.$/, '')}: denoiser resume ${folder} --lr ${lower}`);
}
