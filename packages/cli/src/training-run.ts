import { existsSync } from 'node:fs';
import {
  type Device,
  fileCheckpointStore,
  type ImageFolder,
  describeDevice as inspectDevice,
  lockFolder,
  openImageFolder,
  prepareFolder,
  selectDevice,
} from '@denoiser/backend-node';
import { createTrainer, type FitOptions, type ImageDataset, type Trainer } from '@denoiser/trainer';
import { createUNet, type UNet } from '@denoiser/unet';
import { enableProdMode } from '@tensorflow/tfjs-core';
import type { RunConfig } from './config';
import { CommandError, Interrupted } from './errors';
import { catchInterrupt, type Interrupt } from './interrupt';
import { scheduleOptions } from './noise-schedule';
import { createPreviews, type Previews } from './previews';
import { createDisplay, type Display, type Steps, stepsOf } from './progress';
import { openRunRecord, type RunRecord } from './record/run-record';
import type { ReportFacts } from './report/report';
import { checkpointPath, clearRun, runPaths, writeConfig } from './run-folder';
import { describeDevice, list, shortList, warn } from './text';
import { version } from './version';

export interface TrainingRun {
  folder: string;
  config: RunConfig;
  start: 'anew' | 'resume';
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

async function train({ folder, config: requested, start }: TrainingRun, takeFolder: () => Promise<void>) {
  enableProdMode(); // keeps tfjs quiet
  const device = await selectDevice({ device: requested.device });
  const images = await openImageFolder(requested.data, requested);
  const { dataset } = images;
  const config = start === 'anew' ? { ...requested, classNames: [...images.classNames] } : requested;
  checkClasses(config, images.classNames);
  const model = createModel(config);
  const trainer = createTrainer({ model, ...trainingOptions(config), onWarning: warn });
  const { progress } = trainer;

  // Only now, when nothing is wrong with the request, is the run folder touched.
  const paths = runPaths(folder);
  await takeFolder();
  if (start === 'anew') clearRun(paths);
  const store = fileCheckpointStore(paths.checkpoints, { keep: config.keep || Number.POSITIVE_INFINITY });
  if (start === 'resume') await trainer.resume(store);
  await writeConfig(paths, config);

  const steps = stepsOf({ ...config, images: dataset.length });
  const wasFinished = progress.step >= steps.total;
  print(describeRun({ device, images, config, model, steps, done: progress.step, folder }));
  const display = await createDisplay({
    output: process.stdout,
    ...steps,
    batchSize: config.batchSize,
    first: progress.step,
  });
  const interrupt = catchInterrupt(() => display.line('Stopping after this step; Ctrl-C again ends at once.'));
  const { signal } = interrupt;
  const schedule = scheduleOptions(config);
  const { imageShape } = dataset;
  const previews = createPreviews({ config, trainer, schedule, imageShape, paths, signal, onStep: display.sampling });
  try {
    const record = await openRunRecord({
      paths,
      resumedAt: progress.step,
      noiseSteps: config.noiseSteps,
      facts: factsOf({ device, images, config, model, steps }),
    });
    await trainToEnd({ config, trainer, dataset, store, record, steps, display, interrupt, previews });
  } catch (error) {
    throw isDivergence(error) && (await store.list()).length > 0
      ? new CommandError(
          error.code,
          `${error.message.replace(/\.$/, '')}: denoiser resume ${folder} --lr ${lower(config.lr)}`,
        )
      : error;
  } finally {
    interrupt.release();
    display.stop();
    trainer.dispose();
    model.dispose();
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

type Parts = {
  config: RunConfig;
  trainer: Trainer;
  dataset: ImageDataset;
  store: ReturnType<typeof fileCheckpointStore>;
  record: RunRecord;
  steps: Steps;
  display: Display;
  interrupt: Interrupt;
  previews: Previews;
};

/** The training itself, with its log, curve and grids. */
async function trainToEnd({ config, trainer, dataset, store, record, steps, display, interrupt, previews }: Parts) {
  const { progress } = trainer;
  const { signal } = interrupt;
  const { checkpointEvery } = config;
  const hasEnded = () => progress.step >= steps.total;
  const drawGrid = async (title: string) => {
    if (!(await previews.draw())) return;
    await record.grid(progress.step, previews.path());
    display.line(`${title}: ${previews.path()}`);
  };

  const options: FitOptions = {
    epochs: config.epochs ?? undefined,
    signal,
    checkpoints: {
      store,
      everyEpochs: everyOf(checkpointEvery, 'epoch'),
      everySteps: everyOf(checkpointEvery, 'step'),
    },
    callbacks: {
      async onStep(details) {
        display.step(await record.step(details));
      },
      async onEpochEnd({ epoch, meanLoss }) {
        const isHere = config.sampleEvery !== 'never' && config.sampleEvery.unit === 'epoch' && previews.isDue();
        // The last grid is drawn at the end, whatever the interval.
        if (isHere && !hasEnded()) await drawGrid(`epoch ${epoch + 1}, mean loss ${meanLoss.toFixed(4)}`);
      },
      onCheckpoint: ({ step }) => record.checkpoint(step),
    },
  };
  try {
    // A grid that Ctrl-C prevented.
    if ((previews.isDue() || hasEnded()) && !existsSync(previews.path())) await drawGrid(`step ${progress.step}`);
    while (!hasEnded() && !signal.aborted) {
      // In stretches from grid to grid: one in the middle of an epoch is drawn from the weights of just that step.
      await trainer.fit(dataset, { ...options, steps: Math.min(steps.total, previews.nextStep()) });
      if (!signal.aborted) await drawGrid(`step ${progress.step}`);
    }
    await record.checkpoint(progress.step);
  } finally {
    await record.close();
  }
}

const everyOf = (interval: RunConfig['checkpointEvery'], unit: 'epoch' | 'step'): number =>
  interval !== 'never' && interval.unit === unit ? interval.every : Number.POSITIVE_INFINITY;

function createModel({ channels, baseWidth, timeDim, classNames, conditional, size, seed }: RunConfig): UNet {
  const classes = conditional ? classNames.length : undefined;
  return createUNet({ channels, baseWidth, timeDim, classes, imageSize: size, seed });
}

const trainingOptions = (config: RunConfig) => ({
  schedule: scheduleOptions(config),
  seed: config.seed,
  batchSize: config.batchSize,
  learningRate: config.lr,
  weightDecay: config.weightDecay,
  ema: { decay: config.emaDecay, startStep: config.emaStart },
  labelDropout: config.dropoutLabels,
});

/** A run goes on with the classes it began with: a label means what its number meant. */
function checkClasses({ data, classNames }: RunConfig, found: readonly string[]): void {
  if (classNames.join('/') === found.join('/')) return;
  throw new CommandError(
    'other-classes',
    `${data} has the classes ${shortList(found)}, but the run began with ${shortList(classNames)}; put the subfolders back as they were, or train anew.`,
  );
}

const isDivergence = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && error.code === 'diverged';

const lower = (rate: number): number => Number((rate / 3).toPrecision(1));

const print = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

const count = (n: number): string => n.toLocaleString('en');

type RunParts = { device: Device; images: ImageFolder; config: RunConfig; model: UNet; steps: Steps };

/** What is about to happen, before it takes hours. */
function describeRun(run: RunParts & { done: number; folder: string }): string {
  const { done, folder } = run;
  return list({
    ...aboutRun(run),
    ...(done > 0 && { 'goes on': `after step ${count(done)}` }),
    'run folder': folder,
  });
}

function aboutRun({ device, images, config, model, steps }: RunParts): Record<string, string> {
  const { size, baseWidth, batchSize, lr } = config;
  const skipped = images.skipped.length > 0 ? `; skipped ${count(images.skipped.length)} other files` : '';
  const parameters = [...model.parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
  return {
    device: describeDevice(device),
    images: `${count(images.dataset.length)} from ${config.data}${skipped}`,
    ...(config.conditional && { classes: `${config.classNames.length}: ${shortList(config.classNames)}` }),
    network: `U-Net of base width ${baseWidth} at ${size}×${size}, ${count(parameters)} parameters`,
    training: `${count(steps.total)} steps of batch ${batchSize}, ${count(steps.perEpoch)} an epoch; learning rate ${lr}`,
  };
}

const factsOf = (run: RunParts): ReportFacts => ({
  config: run.config,
  ...run.steps,
  batchSize: run.config.batchSize,
  about: aboutRun(run),
  versions: { denoiser: version, ...inspectDevice(run.device).versions },
});
