import { existsSync } from 'node:fs';
import {
  fileCheckpointStore,
  openImageFolder,
  openLossLog,
  prepareFolder,
  readLossLog,
  selectDevice,
  writeFileAtomically,
} from '@denoiser/backend-node';
import { createSchedule } from '@denoiser/schedules';
import { createTrainer, type FitOptions } from '@denoiser/trainer';
import { createUNet, type UNet } from '@denoiser/unet';
import { enableProdMode } from '@tensorflow/tfjs-core';
import type { RunConfig } from './config';
import { ddpmPlan, dealLabels, draw, gridColumns, writeGrid } from './draw';
import { CommandError, Interrupted } from './errors';
import { catchInterrupt } from './interrupt';
import { lossCurve } from './loss-curve';
import { scheduleOptions } from './noise-schedule';
import { createDisplay, stepsOf } from './progress';
import { checkpointPath, clearRun, runPaths, samplePath, writeConfig } from './run-folder';
import { list, shortList, warn } from './text';

/** Pictures of a preview that are drawn at once, and how many there are unless the user says otherwise. */
const PREVIEW_BATCH = 16;
const PREVIEW_COUNT = { unconditional: 12, mostClasses: 64 };

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
}

/** Trains, from the beginning or from the latest checkpoint, to the end or to Ctrl-C. */
export async function runTraining({ folder, config: requested, start }: TrainingRun): Promise<void> {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const paths = runPaths(folder);
  enableProdMode(); // keeps tfjs quiet
  const device = await selectDevice({ device: requested.device });
  const { dataset, classNames, skipped } = await openImageFolder(requested.data, requested);
  const config = start === 'anew' ? { ...requested, classNames: [...classNames] } : requested;
  checkClasses(config, classNames);

  const model = createModel(config);
  const schedule = scheduleOptions(config);
  const trainer = createTrainer({
    model,
    schedule,
    seed: config.seed,
    batchSize: config.batchSize,
    learningRate: config.lr,
    weightDecay: config.weightDecay,
    ema: { decay: config.emaDecay, startStep: config.emaStart },
    labelDropout: config.dropoutLabels,
    onWarning: warn,
  });
  const { progress } = trainer;

  await prepareFolder(folder);
  if (start === 'anew') clearRun(paths);
  const store = fileCheckpointStore(paths.checkpoints, { keep: config.keep || Number.POSITIVE_INFINITY });
  if (start === 'resume') await trainer.resume(store);
  await writeConfig(paths, config);
  const log = await openLossLog(paths.log, { upToStep: progress.step });
  const history = (await readLossLog(paths.log)).map(({ step, loss }) => ({ step, loss: Number(loss) }));

  const steps = stepsOf({ ...config, images: dataset.length });
  const classes = classNames.map((_, label) => label);
  print(
    list({
      device: `${device.name}, ${device.threads === 1 ? 'one thread' : `${device.threads} threads`}: ${device.reason}`,
      images: `${count(dataset.length)} from ${config.data}${skipped.length > 0 ? `; skipped ${count(skipped.length)} other files` : ''}`,
      ...(config.conditional && { classes: `${classNames.length}: ${shortList(classNames)}` }),
      network: `U-Net of base width ${config.baseWidth} at ${config.size}×${config.size}, ${count(parameterCount(model))} parameters`,
      training: `${count(steps.total)} steps of batch ${config.batchSize}, ${count(steps.perEpoch)} an epoch; learning rate ${config.lr}`,
      ...(progress.step > 0 && { 'goes on': `after step ${count(progress.step)}` }),
      'run folder': folder,
    }),
  );

  const hasEnded = () => progress.step >= steps.total;
  const wasFinished = hasEnded();
  const display = await createDisplay({
    output: process.stdout,
    ...steps,
    first: progress.step,
    batchSize: config.batchSize,
  });
  const interrupt = catchInterrupt(() => display.line('Stopping after this step; Ctrl-C again ends at once.'));
  const { signal } = interrupt;

  const writeCurve = () => writeFileAtomically(paths.curve, lossCurve(history, `Training loss of ${folder}`));

  const plan = ddpmPlan(createSchedule(schedule), {
    variance: 'posterior',
    steps: config.previewSteps < config.noiseSteps ? config.previewSteps : undefined,
    clip: true,
    original: false,
  });
  const drawn = config.samples ?? (Math.min(classes.length, PREVIEW_COUNT.mostClasses) || PREVIEW_COUNT.unconditional);
  /** Where the grid of the present step belongs. */
  const gridPath = () =>
    samplePath(
      paths,
      config.sampleEvery?.unit === 'step' || progress.position > 0
        ? { step: progress.step }
        : { epoch: progress.epoch },
    );
  const preview = async (title: string) => {
    const { imageShape } = dataset;
    try {
      const data = await draw({
        denoiser: model.denoiser(trainer.emaParameters),
        plan,
        imageShape,
        count: drawn,
        labels: config.conditional ? dealLabels(drawn, classes) : undefined,
        guidance: config.guidance,
        seed: config.seed,
        batchSize: PREVIEW_BATCH,
        signal,
        onStep: display.sampling,
      });
      await writeGrid(gridPath(), { data, count: drawn, imageShape }, gridColumns(drawn, classes.length));
      display.line(`${title}: ${gridPath()}`);
    } catch (error) {
      if (!signal.aborted) throw error; // an interrupted grid is drawn when the run goes on
    }
  };
  const isDue = (epoch: number) => config.sampleEvery?.unit === 'epoch' && epoch % config.sampleEvery.every === 0;
  const previewEvery = config.sampleEvery?.unit === 'step' ? config.sampleEvery.every : Number.POSITIVE_INFINITY;

  const { checkpointEvery } = config;
  const fitOptions: FitOptions = {
    epochs: config.epochs ?? undefined,
    signal,
    checkpoints: {
      store,
      everyEpochs: checkpointEvery?.unit === 'epoch' ? checkpointEvery.every : Number.POSITIVE_INFINITY,
      everySteps: checkpointEvery?.unit === 'step' ? checkpointEvery.every : undefined,
    },
    callbacks: {
      async onStep({ step, epoch, loss, imagesPerSecond }) {
        history.push({ step, loss });
        await log.append({ step, epoch: epoch + 1, loss, imagesPerSecond, time: Date.now() });
        display.step({ step, epoch: epoch + 1, loss, imagesPerSecond });
      },
      async onEpochEnd({ epoch, step, meanLoss }) {
        // The last grid is drawn at the end, whatever the interval.
        if (isDue(epoch + 1) && step < steps.total)
          await preview(`epoch ${epoch + 1}, mean loss ${meanLoss.toFixed(4)}`);
      },
      onCheckpoint: writeCurve,
    },
  };

  try {
    const isMissing =
      progress.step > 0 && (progress.position === 0 ? isDue(progress.epoch) : progress.step % previewEvery === 0);
    if ((isMissing || wasFinished) && !existsSync(gridPath())) await preview(`step ${progress.step}`);
    while (!hasEnded() && !signal.aborted) {
      // Whole stretches between grids: a grid in the middle of an epoch is drawn from a checkpoint.
      const next = Math.min(steps.total, (Math.floor(progress.step / previewEvery) + 1) * previewEvery);
      await trainer.fit(dataset, { ...fitOptions, steps: next });
      if (progress.step === next || hasEnded()) await preview(`step ${progress.step}`);
    }
    await writeCurve();
  } catch (error) {
    throw isDivergence(error) && existsSync(paths.checkpoints)
      ? new CommandError(
          error.code,
          `${error.message.replace(/\.$/, '')}: denoiser resume ${folder} --lr ${config.lr / 3}`,
        )
      : error;
  } finally {
    interrupt.release();
    display.stop();
    await log.close();
    trainer.dispose();
    model.dispose();
  }

  if (signal.aborted) {
    throw new Interrupted(`Stopped after step ${progress.step}; go on with: denoiser resume ${folder}`);
  }
  if (wasFinished) {
    print(
      `This run is finished after ${count(progress.step)} steps; go further with: denoiser resume ${folder} --steps <more>`,
    );
  }
  print(
    list({
      samples: gridPath(),
      checkpoint: checkpointPath(paths, progress.step),
      'loss curve': paths.curve,
      log: paths.log,
      'draw more': `denoiser sample ${folder} --count 16`,
    }),
  );
}

const count = (n: number): string => n.toLocaleString('en');

function createModel({ baseWidth, timeDim, classNames, conditional, size, seed }: RunConfig): UNet {
  const classes = conditional ? classNames.length : undefined;
  return createUNet({ channels: 3, baseWidth, timeDim, classes, imageSize: size, seed });
}

const parameterCount = ({ parameters }: UNet): number =>
  [...parameters.values()].reduce((sum, { size }) => sum + size, 0);

/** A run goes on with the classes it began with: a label means what its number meant. */
function checkClasses({ data, classNames }: RunConfig, found: readonly string[]): void {
  if (classNames.join('/') === found.join('/')) return;
  const were = shortList(classNames) || 'none';
  throw new CommandError(
    'other-classes',
    `${data} has the classes ${shortList(found)}, but the run began with ${were}; put the subfolders back as they were, or train anew.`,
  );
}

const isDivergence = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && error.code === 'diverged';
