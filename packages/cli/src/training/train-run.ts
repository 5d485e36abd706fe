import {
  clearRunFolder,
  fileCheckpointStore,
  lockFolder,
  openImageFolder,
  prepareFolder,
  selectDevice,
} from '@denoiser/backend-node';
import { createTrainer, horizontalFlip, type Interval } from '@denoiser/trainer';
import { createUNet, type UNet } from '@denoiser/unet';
import { aboutRun, factsOf } from '../about-run';
import { commandLine } from '../command-line';
import type { RunConfig, SettledConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { describePreflight } from '../preflight';
import { type Steps, stepsOf } from '../progress';
import { openRunRecord } from '../record/run-record';
import { clearLater, type RunPaths, runPaths, writeConfig } from '../run-folder';
import { count, shortList } from '../text';
import { createForecast, wholeRun } from './forecast';
import { affordable, type Costs } from './intervals';
import { callsOfGrid, createPreviews, picturesOfGrid, tryGrid } from './previews';
import type { Reporter } from './reporter';
import { trainToEnd } from './train-to-end';

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
  /** The length that this call asks for: refused where the run is beyond it already. */
  length?: { readonly steps?: number; readonly epochs?: number };
  /** Seconds after which training ends in any case, with a checkpoint and a grid. */
  seconds?: number | undefined;
  /** Tells what the run needs, and writes nothing. */
  isDryRun?: boolean | undefined;
}

/** What has become of a run. */
export interface TrainedRun {
  readonly folder: string;
  /**
   * 'tried': a dry run. 'stopped' came by the signal, 'out-of-time' by the limit of seconds; all can be gone on with, a finished
   * run to more steps.
   */
  readonly status: 'finished' | 'stopped' | 'out-of-time' | 'tried';
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
  onTraining?(run: Steps & { readonly first: number }): void | Promise<void>;
}

/** The folder of a run, while this process has it. */
interface FolderOfRun {
  /** Makes it this process's. */
  take(): Promise<void>;
  /** @throws DenoiserError where it is not there any more. */
  check(): Promise<void>;
}

/**
 * Trains a run, from the beginning or from its latest checkpoint, to the end or to the signal; one process at a time.
 *
 * @throws DenoiserError in one sentence; until all of the request is found right, nothing is written.
 */
export async function trainRun(run: TrainingRun, watching: Watching): Promise<TrainedRun> {
  let lock = run.start === 'resume' ? await lockFolder(run.folder) : undefined;
  try {
    return await train(run, watching, {
      async take() {
        watching.onWriting?.();
        await prepareFolder(run.folder);
        lock ??= await lockFolder(run.folder);
      },
      check: async () => lock?.check(),
    });
  } finally {
    await lock?.release();
  }
}

async function train(run: TrainingRun, watching: Watching, folderOfRun: FolderOfRun): Promise<TrainedRun> {
  const { folder, start, isDryRun, seconds } = run;
  const { reporter, signal } = watching;
  const opened = await openParts(run.config, watching);
  const { model, trainer, steps } = opened;
  const { progress } = trainer;
  const paths = runPaths(folder);
  try {
    // Only now, when nothing is wrong with the request, is the run folder touched.
    if (!isDryRun) await folderOfRun.take();
    const isNew = start === 'anew';
    if (isNew) reporter.onPreparing?.('Trying two steps and a grid …');
    const tried = isNew ? await trial(opened, signal) : undefined;
    const parts = { ...opened, config: settled(opened.config, steps, tried?.costs) };
    const { config } = parts;
    const onDrawing = (done: number, total: number) => reporter.onDrawing?.(done, total);
    const previews = createPreviews({ ...parts, paths, signal, onDrawing });
    const outcome = (status: TrainedRun['status'], firstStep: number): TrainedRun => ({
      ...{ folder, status, paths, firstStep },
      step: progress.step,
      samples: previews.path(),
    });
    const about = { ...aboutRun(parts), ...(tried && describeTrial(parts, tried, seconds)) };
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
      checkLength(run.length, progress.step, steps);
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
    await watching.onTraining?.({ ...steps, first: firstStep });
    const forecast = createForecast({
      ...{ steps, first: firstStep, costs: tried?.costs, worth: worthOf(parts), limit: seconds },
      ...{ grids: config.sampleEvery, checkpoints: config.checkpointEvery },
    });
    const noiseSteps = config.training.schedule.steps;
    const record = await openRunRecord({ paths, resumedAt: firstStep, noiseSteps, facts: factsOf(parts) });
    try {
      await trainToEnd({
        ...{ ...parts, held: parts.images.validation, store, paths, record, reporter, signal, previews },
        ...{ forecast, seconds, checkFolder: folderOfRun.check },
      });
    } catch (error) {
      throw isDivergence(error) && (await store.list()).length > 0 ? withAdvice(error, folder, config) : error;
    }
    const isFinished = progress.step >= steps.total;
    return outcome(isFinished ? 'finished' : signal.aborted ? 'stopped' : 'out-of-time', firstStep);
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Everything that a run consists of, opened and checked. */
async function openParts(requested: RunConfig, { reporter, signal }: Watching) {
  reporter.onPreparing?.('Starting the device …');
  const device = await selectDevice({ device: requested.device });
  const { seed, batchSize } = requested.training;
  const images = await openImageFolder(requested.data, {
    ...{ ...requested, seed, signal },
    onProgress: (done, total) => {
      if (done % 100 === 0)
        reporter.onPreparing?.(`Reading images: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} …`);
    },
  });
  checkClasses(requested, images.classNames);
  const config = { ...requested, classNames: [...images.classNames] };
  const dataset = config.flip ? horizontalFlip(images.dataset, { seed }) : images.dataset;
  const steps = stepsOf({ ...config, images: dataset.length, batchSize });
  const model = createModel(config);
  const onWarning = (message: string) => reporter.onWarning?.(message);
  const trainer = createTrainer({ model, ...trainingOptions(config, steps), onWarning });
  return { device, images, config, model, steps, dataset, trainer, imageShape: dataset.imageShape };
}

type OpenParts = Awaited<ReturnType<typeof openParts>>;
type Parts = OpenParts & { config: SettledConfig };

/** Bytes of a checkpoint that are encoded, hashed and flushed in a second, and what curve and report take beside. */
const CHECKPOINT_SPEED = 200e6;
const REPORT = 0.2;
/** A call of the network is this part of a step, which computes gradients, too. */
const CALL = 1 / 3;

/** Two trial steps, which leave no trace in the weights, and a throw-away grid; a run that goes on has shown that it can. */
async function trial(parts: OpenParts, signal: AbortSignal) {
  const { trainer, dataset, steps, config, images } = parts;
  const found = await trainer.preflight(dataset, { steps: steps.total, signal });
  const begun = performance.now();
  await tryGrid(parts, signal);
  const call = (performance.now() - begun) / 1000;
  const held = images.validation?.length ?? 0;
  // Under live weights and under their average.
  const validation = (2 * CALL * found.secondsPerStep * held) / config.training.batchSize;
  const costs: Costs = {
    step: found.secondsPerStep,
    grid: call * callsOfGrid(parts),
    checkpoint: found.stateBytes / CHECKPOINT_SPEED + REPORT + validation,
  };
  return { found, costs, processBytes: process.memoryUsage.rss() };
}

type Trial = Awaited<ReturnType<typeof trial>>;

/** What grids and checkpoints are worth in steps, where nothing has been tried. */
const worthOf = (parts: OpenParts) => ({
  grid: (CALL * picturesOfGrid(parts) * callsOfGrid(parts)) / parts.config.training.batchSize,
  checkpoint: 1,
});

/** The configuration with intervals where it leaves them open: such that they cost little, as far as costs are known. */
function settled(config: RunConfig, steps: Steps, costs?: Costs): SettledConfig {
  const usual = (cost: number | undefined): Interval =>
    costs && cost !== undefined ? affordable(cost, costs.step, steps) : { epochs: 1 };
  return {
    ...config,
    sampleEvery: config.sampleEvery ?? usual(costs?.grid),
    checkpointEvery: config.checkpointEvery ?? usual(costs?.checkpoint),
  };
}

function describeTrial(parts: Parts, { found, costs, processBytes }: Trial, limit?: number): Record<string, string> {
  const { dataset, config, device, steps } = parts;
  const { length, imageShape } = dataset;
  const seconds = wholeRun(costs, { steps, grids: config.sampleEvery, checkpoints: config.checkpointEvery });
  return describePreflight(found, {
    device,
    images: { length, imageShape, isAugmented: config.augment },
    processBytes,
    whole: { ...steps, seconds, ...(limit !== undefined && { limit }) },
  });
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

/** A run that is asked to end before where it is keeps the configuration that it has. */
function checkLength({ steps, epochs }: TrainingRun['length'] = {}, done: number, { total }: Steps): void {
  if (total >= done) return;
  const asked = steps !== undefined ? `\`steps\` ${steps}` : epochs !== undefined && `\`epochs\` ${epochs}`;
  if (!asked) return;
  throw new CommandError(
    'option-invalid',
    `${asked} would end this run before where it is, after ${count(done, 'step')}; give more, or leave it out.`,
  );
}

const isDivergence = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && error.code === 'diverged';

function withAdvice(error: Error & { code: string }, folder: string, { training }: RunConfig): CommandError {
  const lower = Number((training.learningRate / 3).toPrecision(1));
  return new CommandError(
    error.code,
    `${error.message.replace(/\.$/, '')}: ${commandLine(['resume', folder, '--lr', `${lower}`])}`,
  );
}
