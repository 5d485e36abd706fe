import { existsSync } from 'node:fs';
import { drawImages, modelInTraining, writePngGrid } from '@denoiser/backend-node';
import type { ImageShape } from '@denoiser/ops';
import type { Trainer } from '@denoiser/trainer';
import { diverged, isDue } from '@denoiser/trainer/parts';
import type { RunConfig, SettledConfig } from '../config/run-schema';
import { type RunPaths, samplePath } from '../run-folder';

/** Pictures that are drawn at once. */
const BATCH = 16;
/** Pictures in a grid unless the user says otherwise: the original's batch, or one of each class within reason. */
const COUNT = 12;
const MOST_CLASSES = 64;

/** The source that grids are drawn from. */
export interface GridSource {
  config: RunConfig;
  trainer: Trainer;
  imageShape: ImageShape;
}

export interface PreviewOptions extends GridSource {
  config: SettledConfig;
  paths: RunPaths;
  signal: AbortSignal;
  onDrawing: (done: number, total: number) => void;
}

/** The grids of samples that a run writes on its way, drawn from the averaged weights and always the same noise. */
export interface Previews {
  /** Returns where the grid of the present step lies. */
  path(): string;
  /** Whether a grid of the present step was due and is not there: Ctrl-C came between. */
  isMissing(): boolean;
  /** Draws the grid of the present step; returns false if Ctrl-C came between. */
  draw(): Promise<boolean>;
}

export function createPreviews({ paths, signal, onDrawing, ...source }: PreviewOptions): Previews {
  const { config, trainer } = source;
  const { sampleEvery, previewSteps } = config;
  const { progress } = trainer;
  const grid = gridOf(source, previewSteps);
  const path = () => {
    const isInside = sampleEvery.steps !== undefined || progress.position > 0;
    return samplePath(paths, isInside ? { step: progress.step } : { epoch: progress.epochsDone });
  };
  return {
    path,
    isMissing: () => isDue(sampleEvery, progress) && !existsSync(path()),
    async draw() {
      try {
        const images = await drawImages(grid.model, { ...grid.options, signal, onProgress: onDrawing });
        const { batchSize: _, ...settings } = grid.options;
        await writePngGrid(path(), images, { settings: { ...settings, checkpoint: progress.step } });
        return true;
      } catch (error) {
        if (signal.aborted) return false;
        if (!(error instanceof Error && 'code' in error && error.code === 'output-not-finite')) throw error;
        throw diverged('The averaged weights gave pictures that are not finite', progress.step, progress.checkpoint);
      }
    },
  };
}

/** Draws one throw-away step, so that the peak of memory includes what grids take. */
export async function tryGrid(source: GridSource, signal: AbortSignal): Promise<void> {
  const { model, options } = gridOf(source, 1);
  await drawImages(model, { ...options, count: Math.min(options.count, BATCH), signal });
}

/** Returns the number of pictures in a grid. */
export function picturesOfGrid({ config: { conditional, classNames, samples } }: Pick<GridSource, 'config'>): number {
  return samples ?? (Math.min(conditional ? classNames.length : 0, MOST_CLASSES) || COUNT);
}

/** Returns how often the network is called for a grid, with a full batch. */
export function callsOfGrid(source: Pick<GridSource, 'config'>): number {
  const { previewSteps, training } = source.config;
  const steps = Math.min(previewSteps, training.process.steps);
  const pictures = picturesOfGrid(source);
  return steps * (pictures / Math.min(pictures, BATCH));
}

function gridOf({ config, trainer, imageShape }: GridSource, steps: number) {
  const { guidance, training } = config;
  const classNames = config.conditional ? config.classNames : [];
  return {
    model: modelInTraining(trainer, { imageShape, classNames }),
    options: {
      sampler: 'ddpm',
      ...(steps < training.process.steps && { steps }),
      count: picturesOfGrid({ config }),
      ...(classNames.length > 0 && { guidance }),
      seed: training.seed,
      batchSize: BATCH,
    },
  };
}
