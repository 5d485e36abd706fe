import { createSchedule } from '@denoiser/schedules';
import type { Trainer } from '@denoiser/trainer';
import type { RunConfig } from './config/run-schema';
import { ddpmPlan, dealLabels, draw, gridColumns, writeGrid } from './draw';
import { type RunPaths, samplePath } from './run-folder';

/** Pictures that are drawn at once. */
const BATCH = 16;
/** Pictures in a grid unless the user says otherwise: the original's batch, or one of each class within reason. */
const COUNT = 12;
const MOST_CLASSES = 64;

export interface PreviewOptions {
  config: RunConfig;
  trainer: Trainer;
  imageShape: readonly [height: number, width: number, channels: number];
  paths: RunPaths;
  signal: AbortSignal;
  onStep: (done: number, total: number) => void;
}

/** The grids of samples that a run writes on its way, drawn from the averaged weights and always the same noise. */
export interface Previews {
  /** Where the grid of the present step lies. */
  path(): string;
  /** Whether there is to be a grid at the present step. */
  isDue(): boolean;
  /** The next step in the middle of an epoch that has a grid, Infinity if none has. */
  nextStep(): number;
  /** Draws the grid of the present step; false if Ctrl-C came between. */
  draw(): Promise<boolean>;
}

export function createPreviews({ config, trainer, imageShape, paths, signal, ...options }: PreviewOptions): Previews {
  const { sampleEvery, classNames, previewSteps, training } = config;
  const { progress } = trainer;
  const interval = sampleEvery === 'never' ? undefined : sampleEvery;
  const plan = ddpmPlan(createSchedule(training.schedule), {
    variance: training.variance.type === 'learned-range' ? 'learned-range' : 'posterior',
    steps: previewSteps < training.schedule.steps ? previewSteps : undefined,
    clip: true,
    original: false,
    prediction: training.prediction,
  });
  const classes = classNames.map((_, label) => label);
  const count = config.samples ?? (Math.min(classes.length, MOST_CLASSES) || COUNT);
  const path = () => {
    const isInside = interval?.unit === 'step' || progress.position > 0;
    return samplePath(paths, isInside ? { step: progress.step } : { epoch: progress.epoch });
  };
  return {
    path,
    isDue() {
      if (!interval || progress.step === 0) return false;
      if (interval.unit === 'step') return progress.step % interval.every === 0;
      return progress.position === 0 && progress.epoch % interval.every === 0;
    },
    nextStep() {
      if (interval?.unit !== 'step') return Number.POSITIVE_INFINITY;
      return (Math.floor(progress.step / interval.every) + 1) * interval.every;
    },
    async draw() {
      try {
        const data = await draw({
          denoiser: trainer.model.denoiser(trainer.emaParameters),
          plan,
          imageShape,
          count,
          labels: config.conditional ? dealLabels(count, classes) : undefined,
          guidance: config.guidance,
          seed: training.seed,
          batchSize: BATCH,
          signal,
          onStep: options.onStep,
        });
        await writeGrid(path(), { data, count, imageShape }, gridColumns(count, classes.length));
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
  };
}
