import { existsSync } from 'node:fs';
import { fileCheckpointStore } from '@denoiser/backend-node';
import type { CheckpointStore, FitOptions, ImageDataset, RunLength, Trainer } from '@denoiser/trainer';
import type { SettledConfig } from '../config/run-schema';
import type { RunRecord } from '../record/run-record';
import type { RunPaths } from '../run-folder';
import type { Forecast } from './forecast';
import { limitsOf, secondsLeft } from './limits';
import type { Previews } from './previews';
import type { Reporter } from './reporter';

export interface TrainingParts {
  config: SettledConfig;
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
  forecast: Forecast;
  /** Seconds that training may take. */
  seconds: number | undefined;
  /** Throws where the run's folder is not there any more. */
  checkFolder(): Promise<void>;
}

/** Snapshots of the averages for afterwards that a run keeps. */
const SNAPSHOTS = 64;

/** Trains to the end or to the signal, with record and grids. */
export async function trainToEnd(parts: TrainingParts): Promise<void> {
  const { config, trainer, dataset, record, length, reporter, signal, previews, forecast, seconds } = parts;
  const { progress } = trainer;
  const hasEnded = () =>
    config.seconds === null ? progress.step >= length.steps : secondsLeft(config, progress) === 0;
  const drawGrid = async (title: string) => {
    await parts.checkFolder();
    const begun = performance.now();
    if (signal.aborted || !(await previews.draw())) return;
    forecast.grid((performance.now() - begun) / 1000);
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
        ...(seconds !== undefined && { seconds }),
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
            forecast.step(details.step, details.imageLosses.length / details.imagesPerSecond);
            await reporter.onStep?.(line, forecast.secondsLeft());
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

/** A store into which nothing is written where the folder is not the run's any more: a part of the run would lie there alone. */
const guarded = (store: CheckpointStore, check: () => Promise<void>): CheckpointStore => ({
  ...store,
  async write(step, files) {
    await check();
    await store.write(step, files);
  },
});

/** What is kept when and where. */
function stores({ config, held, store, paths, length, checkFolder }: TrainingParts): Partial<FitOptions> {
  const { checkpointEvery: every, training } = config;
  // With no checkpoint but the last, the held-out images are measured once, at the end.
  const isNever = every.steps === undefined && every.epochs === undefined;
  return {
    checkpoints: {
      store: guarded(store, checkFolder),
      every,
      ...(held && { best: fileCheckpointStore(paths.best, { keep: 1 }) }),
    },
    ...(held && { validation: { dataset: held, every: isNever ? { steps: length.steps } : every } }),
    ...(training.postHocEma && {
      snapshots: {
        store: fileCheckpointStore(paths.snapshots, { keep: Number.POSITIVE_INFINITY }),
        every: { steps: Math.max(1, Math.ceil(length.steps / SNAPSHOTS)) },
      },
    }),
  };
}
