import {
  clearRunFolder,
  fileCheckpointStore,
  lockFolder,
  openImageFolder,
  prepareFolder,
  selectDevice,
} from '@denoiser/backend-node';
import { DenoiserError, isDenoiserError, shortList } from '@denoiser/errors';
import { createProcess, signalWarning } from '@denoiser/schedules';
import { createTrainer, horizontalFlip, type Interval, type RunLength } from '@denoiser/trainer';
import { readCheckpoint } from '@denoiser/trainer/parts';
import { createUNet, type UNet } from '@denoiser/unet';
import { aboutRun, factsOf } from '../about-run';
import { commandLine } from '../command-line';
import type { RunConfig, SettledConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { describePreflight } from '../preflight';
import { openRunRecord } from '../record/run-record';
import { clearLater, runPaths, writeConfig } from '../run-folder';
import { count } from '../text';
import { createForecast, wholeRun } from './forecast';
import { affordable, type Costs, type Length } from './intervals';
import { limitsOf } from './limits';
import { callsOfGrid, createPreviews, picturesOfGrid, tryGrid } from './previews';
import type { Reporter } from './reporter';
import { trainToEnd } from './train-to-end';
import type { TrainedRun } from './trained-run';

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

/** How a run is watched and ended. */
export interface Watching {
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Told before the run folder is touched. */
  onWriting?(): void;
  /** Told when training begins, with its length and the steps done before: what a display needs. */
  onTraining?(run: RunLength & { readonly first: number }): void | Promise<void>;
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
  const { model, trainer, dataset } = opened;
  const { progress } = trainer;
  const paths = runPaths(folder);
  try {
    // Only now, when nothing is wrong with the request, is the run folder touched.
    if (!isDryRun) await folderOfRun.take();
    const isNew = start === 'anew';
    if (isNew) warnOfSignal(opened.config, reporter);
    const keep = opened.config.keep || Number.POSITIVE_INFINITY;
    const store = fileCheckpointStore(paths.checkpoints, { keep });
    if (!isNew) {
      // Before what has changed since is told: that training goes on would not be true.
      checkLength(run.length, (await readCheckpoint(store)).state);
      await trainer.resume(store);
    }
    const length = trainer.runLength(dataset, limitsOf(opened.config));
    if (isNew) reporter.onPreparing?.('Trying two steps and a grid …');
    const tried = isNew ? await trial(opened, signal) : undefined;
    const parts = { ...opened, config: settled(opened.config, length, tried?.costs) };
    const { config } = parts;
    const onDrawing = (done: number, total: number) => reporter.onDrawing?.(done, total);
    const previews = createPreviews({ ...parts, paths, signal, onDrawing });
    const outcome = (status: TrainedRun['status'], firstStep: number): TrainedRun => ({
      ...{ folder, status, paths, firstStep },
      step: progress.step,
      samples: previews.path(),
    });
    const about = {
      ...aboutRun({ ...parts, length }),
      ...(tried && describeTrial(parts, tried, { length, limit: seconds })),
    };
    if (isDryRun) {
      await reporter.onBegin?.(about, { folder, config });
      return outcome('tried', 0);
    }
    // Read before the old run goes: it may be the one that this begins with, or be missing.
    const beginning = isNew ? await startFrom(parts) : {};
    if (isNew) await clearRunFolder(folder);
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
    await watching.onTraining?.({ ...length, first: firstStep });
    const forecast = createForecast({
      ...{ length, first: firstStep, costs: tried?.costs, worth: worthOf(parts), limit: seconds },
      ...{ grids: config.sampleEvery, checkpoints: config.checkpointEvery },
    });
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
        forecast,
        seconds,
        checkFolder: folderOfRun.check,
      });
    } catch (error) {
      throw isDivergence(error) && (await store.list()).length > 0 ? withAdvice(error, folder, config) : error;
    }
    const isFinished = progress.step >= length.steps;
    const ended = outcome(isFinished ? 'finished' : signal.aborted ? 'stopped' : 'out-of-time', firstStep);
    await reporter.onEnd?.(ended);
    return ended;
  } finally {
    trainer.dispose();
    model.dispose();
  }
}

/** Everything that a run consists of, opened and checked. */
async function openParts(requested: RunConfig, { reporter, signal }: Watching) {
  reporter.onPreparing?.('Starting the device …');
  const device = await selectDevice({ device: requested.device });
  const { seed } = requested.training;
  const images = await openImageFolder(requested.data, {
    ...{ ...requested, seed, signal },
    onProgress(done, total) {
      if (done % 100 !== 0) return;
      reporter.onPreparing?.(`Reading images: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} …`);
    },
  });
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

type OpenParts = Awaited<ReturnType<typeof openParts>>;
type Parts = OpenParts & { config: SettledConfig };

/** Bytes of a checkpoint that are encoded, hashed and flushed in a second, and what curve and report take beside. */
const CHECKPOINT_SPEED = 200e6;
const REPORT = 0.2;
/** A call of the network is this part of a step, which computes gradients, too. */
const CALL = 1 / 3;

/** Two trial steps, which leave no trace in the weights, and a throw-away grid; a run that goes on has shown that it can. */
async function trial(parts: OpenParts, signal: AbortSignal) {
  const { trainer, dataset, config, images } = parts;
  const found = await trainer.preflight(dataset, { ...limitsOf(config), signal });
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
function settled(config: RunConfig, length: Length, costs?: Costs): SettledConfig {
  const usual = (cost: number | undefined): Interval =>
    costs && cost !== undefined ? affordable(cost, costs.step, length) : { epochs: 1 };
  return {
    ...config,
    sampleEvery: config.sampleEvery ?? usual(costs?.grid),
    checkpointEvery: config.checkpointEvery ?? usual(costs?.checkpoint),
  };
}

function describeTrial(
  { dataset, config, device }: Parts,
  { found, costs, processBytes }: Trial,
  { length, limit }: { length: RunLength; limit: number | undefined },
): Record<string, string> {
  const seconds = wholeRun(costs, { length, grids: config.sampleEvery, checkpoints: config.checkpointEvery });
  return describePreflight(found, {
    device,
    baseWidth: config.baseWidth,
    images: { length: dataset.length, imageShape: dataset.imageShape, isAugmented: config.augment },
    processBytes,
    whole: { steps: length.steps, seconds, ...(limit !== undefined && { limit }) },
  });
}

/** A run that is asked to end before where it is keeps the configuration that it has. */
function checkLength(
  { steps = Number.POSITIVE_INFINITY, epochs = Number.POSITIVE_INFINITY }: TrainingRun['length'] = {},
  { step, epochsDone }: { readonly step: number; readonly epochsDone: number },
): void {
  const asked = steps < step ? `\`steps\` ${steps}` : epochs < epochsDone && `\`epochs\` ${epochs}`;
  if (!asked) return;
  throw new CommandError(
    'option-invalid',
    `${asked} would end this run before where it is, after ${count(step, 'step')}; give more, or leave it out.`,
  );
}

async function startFrom({ config, trainer }: OpenParts): Promise<Record<string, string>> {
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
  return new DenoiserError(
    error.code,
    `${error.message.replace(/\.$/, '')}: ${commandLine(['resume', folder, '--lr', `${lower}`])}`,
  );
}
