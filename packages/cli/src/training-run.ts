import { fileCheckpointStore, lockFolder, openImageFolder, prepareFolder, selectDevice } from '@denoiser/backend-node';
import { createTrainer, horizontalFlip } from '@denoiser/trainer';
import { createUNet, type UNet } from '@denoiser/unet';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { aboutRun, factsOf, print, type RunParts } from './about-run';
import type { RunConfig } from './config/run-schema';
import { CommandError, Interrupted } from './errors';
import { catchInterrupt } from './interrupt';
import { describePreflight } from './preflight';
import { createPreviews, tryGrid } from './previews';
import { createDisplay, type Steps, stepsOf } from './progress';
import { openRunRecord } from './record/run-record';
import { checkpointPath, clearLater, clearRun, runPaths, writeConfig } from './run-folder';
import { list, shortList, warn } from './text';
import { trainToEnd } from './training-loop';

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
  /** Say what the run needs, and write nothing. */
  isDryRun?: boolean | undefined;
}

/** Trains, from the beginning or from the latest checkpoint, to the end or to Ctrl-C. One process at a time. */
export async function runTraining(run: TrainingRun): Promise<void> {
  // A new run takes its folder once nothing is wrong with the request; until then nothing is written.
  let lock = run.start === 'resume' ? await lockFolder(run.folder) : undefined;
  try {
    await train(run, async () => {
      await prepareFolder(run.folder);
      lock ??= await lockFolder(run.folder);
    });
  } finally {
    await lock?.release();
  }
}

async function train({ folder, config: requested, start, isDryRun }: TrainingRun, takeFolder: () => Promise<void>) {
  enableProdMode(); // keeps tfjs quiet
  const device = await selectDevice({ device: requested.device });
  const { seed, batchSize } = requested.training;
  // A run inside the data is no data; this one may not be there yet.
  const images = await openImageFolder(requested.data, { ...requested, seed, exclude: [folder] });
  checkClasses(requested, images.classNames);
  const config = { ...requested, classNames: [...images.classNames] };
  const dataset = config.flip ? horizontalFlip(images.dataset, { seed }) : images.dataset;
  const steps = stepsOf({ ...config, images: dataset.length, batchSize });
  const model = createModel(config);
  const trainer = createTrainer({ model, ...trainingOptions(config, steps), onWarning: warn });
  const { progress } = trainer;
  const run: RunParts = { device, images, config, model, steps };
  const dispose = () => {
    trainer.dispose();
    model.dispose();
  };
  const isNew = start === 'anew';

  // Only now, when nothing is wrong with the request, is the run folder touched.
  if (!isDryRun) await takeFolder();
  // Two trial steps, which leave no trace in the weights. A run that goes on has shown that it can.
  const trial = isNew ? await trainer.preflight(dataset, { steps: steps.total }) : undefined;
  const { length, imageShape } = dataset;
  if (trial) await tryGrid({ config, trainer, imageShape });
  const described = { length, imageShape, isAugmented: config.augment };
  const about = { ...aboutRun(run), ...(trial && describePreflight(trial, { device, images: described })) };
  if (isDryRun) {
    print(list(about));
    return dispose();
  }
  const paths = runPaths(folder);
  if (isNew) clearRun(paths);
  const store = fileCheckpointStore(paths.checkpoints, { keep: config.keep || Number.POSITIVE_INFINITY });
  if (!isNew) {
    await trainer.resume(store);
    clearLater(paths, progress);
  } else if (config.from !== null) {
    const { step } = await trainer.startFrom(fileCheckpointStore(runPaths(config.from).checkpoints), {
      classNames: config.classNames,
    });
    print(`Begins with the averaged weights of ${config.from} after step ${step}.`);
  }
  await writeConfig(paths, config);

  const wasFinished = progress.step >= steps.total;
  print(
    list({
      ...about,
      ...(progress.step > 0 && { 'goes on': `after step ${progress.step.toLocaleString('en')}` }),
      'run folder': folder,
    }),
  );
  const display = await createDisplay({ output: process.stdout, ...steps, batchSize, first: progress.step });
  const interrupt = catchInterrupt(() => display.line('Stopping after this step; Ctrl-C again ends at once.'));
  const { signal } = interrupt;
  const previews = createPreviews({ config, trainer, imageShape, paths, signal, onStep: display.sampling });
  try {
    const noiseSteps = config.training.schedule.steps;
    const record = await openRunRecord({ paths, resumedAt: progress.step, noiseSteps, facts: factsOf(run) });
    const held = images.validation;
    await trainToEnd({ config, trainer, dataset, held, store, paths, record, steps, display, signal, previews });
  } catch (error) {
    throw isDivergence(error) && (await store.list()).length > 0
      ? new CommandError(
          error.code,
          `${error.message.replace(/\.$/, '')}: denoiser resume ${folder} --lr ${lower(config.training.learningRate)}`,
        )
      : error;
  } finally {
    interrupt.release();
    display.stop();
    dispose();
  }

  if (signal.aborted) {
    throw new Interrupted(`Stopped after step ${progress.step}; go on with: denoiser resume ${folder}`);
  }
  if (wasFinished) {
    print(
      `This run is finished after ${progress.step} steps; go further with: denoiser resume ${folder} --steps <more>`,
    );
  }
  print(
    list({
      samples: previews.path(),
      checkpoint: checkpointPath(paths, progress.step),
      report: paths.report,
      'loss curve': paths.curve,
      log: paths.log,
      'draw more': `denoiser sample ${folder} --count 16`,
    }),
  );
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
    'other-classes',
    `${data} has the classes ${shortList(found)}, but the run began with ${shortList(classNames)}; put the subfolders back as they were, or train anew.`,
  );
}

const isDivergence = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && error.code === 'diverged';

const lower = (rate: number): number => Number((rate / 3).toPrecision(1));
