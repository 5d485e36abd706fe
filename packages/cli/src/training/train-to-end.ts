import { existsSync } from 'node:fs';
import { fileCheckpointStore } from '@denoiser/backend-node';
import type { CheckpointStore, FitOptions, ImageDataset, RunLength, Trainer } from '@denoiser/trainer';
import type { RunConfig } from '../config/run-schema';
import type { RunRecord } from '../record/run-record';
import type { RunPaths } from '../run-folder';
import { limitsOf } from './limits';
import type { Previews } from './previews';
import type { Reporter } from './reporter';

export interface TrainingParts {
  config: RunConfig;
  trainer: Trainer;
  dataset: ImageDataset;
  /** Images held out for validation. */
  held: ImageDataset | undefined;
  store: CheckpointStore;
  paths: RunPaths;
  record: RunRecord;
  length: RunLength;
  reporter: Reporter;
  signal: AbortSignal;
  previews: Previews;
}

/** Snapshots of the averages for afterwards that a run keeps. */
const SNAPSHOTS = 64;

/** Trains to the end or to the signal, with record and grids. */
export async function trainToEnd(parts: TrainingParts): Promise<void> {
  const { config, trainer, dataset, record, length, reporter, signal, previews } = parts;
  const { progress } = trainer;
  const hasEnded = () => progress.step >= length.steps;
  const drawGrid = async (title: string) => {
    if (signal.aborted || !(await previews.draw())) return;
    const [step, path] = [progress.step, previews.path()];
    await record.grid(step, path);
    await reporter.onSamples?.({ title, path, step });
  };
  try {
    // A grid that Ctrl-C prevented.
    if (previews.isMissing() || (hasEnded() && !existsSync(previews.path()))) await drawGrid(`step ${progress.step}`);
    if (!hasEnded() && !signal.aborted) {
      await trainer.fit(dataset, {
        ...limitsOf(config),
        signal,
        ...stores(parts),
        every: [
          {
            ...config.sampleEvery,
            atEnd: true, // whatever the interval
            run: ({ step, epochsDone, meanLoss, isEnd }) =>
              drawGrid(
                isEnd || config.sampleEvery.steps !== undefined
                  ? `step ${step}`
                  : `epoch ${epochsDone}, mean loss ${meanLoss.toFixed(4)}`,
              ),
          },
        ],
        callbacks: {
          async onStep(details) {
            const line = await record.step(details); // whether anybody listens or not
            await reporter.onStep?.(line);
          },
          async onValidation(measured) {
            await record.validation(measured);
            await reporter.onValidation?.(measured);
          },
          onCheckpoint: ({ step }) => record.checkpoint(step),
        },
      });
    }
    await record.checkpoint(progress.step);
  } finally {
    await record.close();
  }
}

/** What is kept when and where. */
function stores({ config, held, store, paths, length }: TrainingParts): Partial<FitOptions> {
  const { checkpointEvery: every, training } = config;
  // With no checkpoint but the last, the held-out images are measured once, at the end.
  const isNever = every.steps === undefined && every.epochs === undefined;
  return {
    checkpoints: { store, every, ...(held && { best: fileCheckpointStore(paths.best, { keep: 1 }) }) },
    ...(held && { validation: { dataset: held, every: isNever ? { steps: length.steps } : every } }),
    ...(training.postHocEma && {
      snapshots: {
        store: fileCheckpointStore(paths.snapshots, { keep: Number.POSITIVE_INFINITY }),
        every: { steps: Math.max(1, Math.ceil(length.steps / SNAPSHOTS)) },
      },
    }),
  };
}
