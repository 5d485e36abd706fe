import { existsSync } from 'node:fs';
import { fileCheckpointStore } from '@denoiser/backend-node';
import type { CheckpointStore, FitOptions, ImageDataset, Trainer } from '@denoiser/trainer';
import type { RunConfig } from './config/run-schema';
import type { Previews } from './previews';
import type { Display, Steps } from './progress';
import type { RunRecord } from './record/run-record';
import type { RunPaths } from './run-folder';

export interface TrainingParts {
  config: RunConfig;
  trainer: Trainer;
  dataset: ImageDataset;
  /** Images held out for validation. */
  held: ImageDataset | undefined;
  store: CheckpointStore;
  paths: RunPaths;
  record: RunRecord;
  steps: Steps;
  display: Display;
  signal: AbortSignal;
  previews: Previews;
}

/** Snapshots of the averages for afterwards that a run keeps. */
const SNAPSHOTS = 64;

/** The training itself, with its record and grids. */
export async function trainToEnd(parts: TrainingParts): Promise<void> {
  const { config, trainer, dataset, record, steps, display, signal, previews } = parts;
  const { progress } = trainer;
  const hasEnded = () => progress.step >= steps.total;
  const drawGrid = async (title: string) => {
    if (!(await previews.draw())) return;
    await record.grid(progress.step, previews.path());
    display.line(`${title}: ${previews.path()}`);
  };
  const options: FitOptions = {
    epochs: config.epochs ?? undefined,
    signal,
    ...stores(parts),
    callbacks: {
      async onStep(details) {
        display.step(await record.step(details));
      },
      async onValidation(measured) {
        await record.validation(measured);
        const best = measured.isBest ? ', the lowest so far' : '';
        display.line(`step ${measured.step}, validation loss ${measured.emaLoss.toFixed(4)}${best}`);
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

/** What is kept when and where. */
function stores({ config, held, store, paths, steps }: TrainingParts): Partial<FitOptions> {
  const { checkpointEvery, training } = config;
  const when = { everyEpochs: everyOf(checkpointEvery, 'epoch'), everySteps: everyOf(checkpointEvery, 'step') };
  // With no checkpoint but the last, the held-out images are measured once, at the end.
  const measured = checkpointEvery === 'never' ? { ...when, everySteps: steps.total } : when;
  return {
    checkpoints: { store, ...when, ...(held && { best: fileCheckpointStore(paths.best, { keep: 1 }) }) },
    ...(held && { validation: { dataset: held, ...measured } }),
    ...(training.postHocEma && {
      snapshots: {
        store: fileCheckpointStore(paths.snapshots, { keep: Number.POSITIVE_INFINITY }),
        everySteps: Math.max(1, Math.ceil(steps.total / SNAPSHOTS)),
      },
    }),
  };
}

const everyOf = (interval: RunConfig['checkpointEvery'], unit: 'epoch' | 'step'): number =>
  interval !== 'never' && interval.unit === unit ? interval.every : Number.POSITIVE_INFINITY;
