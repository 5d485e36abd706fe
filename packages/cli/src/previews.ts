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

/** What grids are drawn from. */
export interface GridSource {
  config: RunConfig;
  trainer: Trainer;
  imageShape: readonly [height: number, width: number, channels: number];
}

export interface PreviewOptions extends GridSource {
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

export function createPreviews({ paths, signal, onStep, ...source }: PreviewOptions): Previews {
  const { config, trainer, imageShape } = source;
  const { sampleEvery, previewSteps } = config;
  const { progress } = trainer;
  const interval = sampleEvery === 'never' ? undefined : sampleEvery;
  const { count, columns, options } = gridOf(source, previewSteps);
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
        const data = await draw({ ...options, count, signal, onStep });
        await writeGrid(path(), { data, count, imageShape }, columns);
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        throw error;
      }
    },
  };
}

/** One step of a grid, for nothing: the process has then what memory grids take. */
export async function tryGrid(source: GridSource): Promise<void> {
  const { count, options } = gridOf(source, 1);
  await draw({ ...options, count: Math.min(count, BATCH) });
}

function gridOf({ config, trainer, imageShape }: GridSource, steps: number) {
  const { classNames, guidance, training } = config;
  const plan = ddpmPlan(createSchedule(training.schedule), {
    variance: training.variance.type === 'learned-range' ? 'learned-range' : 'posterior',
    steps: steps < training.schedule.steps ? steps : undefined,
    clip: true,
    original: false,
    prediction: training.prediction,
  });
  const classes = classNames.map((_, label) => label);
  const count = config.samples ?? (Math.min(classes.length, MOST_CLASSES) || COUNT);
  return {
    count,
    columns: gridColumns(count, classes.length),
    options: {
      denoiser: trainer.model.denoiser(trainer.emaParameters),
      plan,
      imageShape,
      labels: config.conditional ? dealLabels(count, classes) : undefined,
      guidance,
      seed: training.seed,
      batchSize: BATCH,
    },
  };
}
