import { fileCheckpointStore, lockFolder, openImageFolder, prepareFolder, selectDevice } from '@denoiser/backend-node';
import { DenoiserError, isDenoiserError, shortList } from '@denoiser/errors';
import { createProcess, signalWarning } from '@denoiser/schedules';
import { createTrainer, horizontalFlip, type RunLength } from '@denoiser/trainer';
import { createUNet, type UNet } from '@denoiser/unet';
import { aboutRun, factsOf } from '../about-run';
import type { RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { describePreflight } from '../preflight';
import { openRunRecord } from '../record/run-record';
import { clearLater, clearRun, runPaths, writeConfig } from '../run-folder';
import { limitsOf } from './limits';
import { createPreviews, tryGrid } from './previews';
import type { Reporter } from './reporter';
import { trainToEnd } from './train-to-end';
import type { TrainedRun } from './trained-run';

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
  /** Tells what the run needs, and writes nothing. */
  isDryRun?: boolean | undefined;
}

/** How a run is watched and ended. */
export interface Watching {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Told when training begins, with its length and the steps done before: what a display needs. */
  onTraining?(run: RunLength & { readonly batchSize: number; readonly first: number }): void | Promise<void>;
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
  const parts = await openParts(run.config, reporter);
  const { config, model, trainer, dataset } = parts;
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
    if (isNew) warnOfSignal(config, reporter);
    const store = fileCheckpointStore(paths.checkpoints, { keep: config.keep || Number.POSITIVE_INFINITY });
    if (!isNew) await trainer.resume(store);
    const length = trainer.runLength(dataset, limitsOf(config));
    const about = { ...aboutRun({ ...parts, length }), ...(isNew && (await trial(parts))) };
    if (isDryRun) {
      await reporter.onBegin?.(about, { folder, config });
      return outcome('tried', 0);
    }
    // Read before the old run goes: it may be the one that this begins with, or be missing.
    const beginning = isNew ? await startFrom(parts) : {};
    if (isNew) clearRun(paths);
    else clearLater(paths, progress);
    await writeConfig(paths, config);
    const firstStep = progress.step;
    await reporter.onBegin?.(
      {
        ...about,
        ...beginning,
        ...(firstStep > 0 && { 'goes on': `after step ${firstStep.toLocaleString('en')}` }),
        'run folder': folder,
      },
      { folder, config },
    );
    await watching.onTraining?.({ ...length, batchSize: config.training.batchSize, first: firstStep });
    const noiseSteps = config.training.process.steps;
    const record = await openRunRecord({
      paths,
      resumedAt: firstStep,
      noiseSteps,
      facts: factsOf({ ...parts, length }),
    });
    try {
      await trainToEnd({
        ...parts,
        length,
        held: parts.images.validation,
        store,
        paths,
        record,
        reporter,
        signal,
        previews,
      });
    } catch (error) {
      throw isDivergence(error) && (await store.list()).length > 0 ? withAdvice(error, folder, config) : error;
    }
    const ended = outcome(progress.step >= length.steps ? 'finished' : 'stopped', firstStep);
    await reporter.onEnd?.(ended);
    return ended;
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Everything that a run consists of, opened and checked. */
async function openParts(requested: RunConfig, reporter: Reporter) {
  const device = await selectDevice({ device: requested.device });
  const { seed } = requested.training;
  const images = await openImageFolder(requested.data, { ...requested, seed });
  checkClasses(requested, images.classNames);
  const config = { ...requested, classNames: [...images.classNames] };
  const dataset = config.flip ? horizontalFlip(images.dataset, { seed }) : images.dataset;
  const model = createModel(config);
  const onWarning = (message: string) => reporter.onWarning?.(message);
  const trainer = createTrainer({ model, ...config.training, onWarning });
  return { device, images, config, model, dataset, trainer, imageShape: dataset.imageShape };
}

/** Tells where sampling will begin elsewhere than training ends. */
function warnOfSignal({ training }: RunConfig, reporter: Reporter): void {
  const warning = signalWarning(createProcess(training.process));
  if (warning) reporter.onWarning?.(warning);
}

type Parts = Awaited<ReturnType<typeof openParts>>;

/** Two trial steps, which leave no trace in the weights, and a throw-away grid; a run that goes on has shown that it can. */
async function trial(parts: Parts): Promise<Record<string, string>> {
  const { trainer, dataset, config, device } = parts;
  const found = await trainer.preflight(dataset, limitsOf(config));
  await tryGrid(parts);
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

/** A run goes on with the classes it began with: a label means what its number meant. */
function checkClasses({ data, classNames }: RunConfig, found: readonly string[]): void {
  if (classNames.length === 0 || classNames.join('/') === found.join('/')) return;
  throw new CommandError(
    'classes-differ',
    `${data} has the classes ${shortList(found)}, but the run began with ${shortList(classNames)}; put the subfolders back as they were, or train anew.`,
  );
}

const isDivergence = (error: unknown): error is DenoiserError =>
  isDenoiserError(error) && error.code === 'training-diverged';

function withAdvice(error: DenoiserError, folder: string, { training }: RunConfig): DenoiserError {
  const lower = Number((training.learningRate / 3).toPrecision(1));
  return new DenoiserError(error.code, `${error.message.replace(/\.$/, '')}: denoiser resume ${folder} --lr ${lower}`);
}
