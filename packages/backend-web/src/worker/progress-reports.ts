import type { StepRecord } from '@denoiser/trainer';
import type { TrainingEvent } from '../protocol/training';

type Progress = Extract<TrainingEvent, { type: 'progress' }>;

/** Time between two reports. */
const INTERVAL_MS = 100;

/** Gathers steps to reports that a page can draw: several a second at most, and none of the losses lost. */
export function createProgressReports(
  steps: number,
  send: (report: Progress) => void,
  clock: () => number = () => performance.now(),
): { step(record: StepRecord): void; flush(): void } {
  let losses: { step: number; loss: number }[] = [];
  let last: StepRecord | undefined;
  let sent = -Infinity;
  const flush = () => {
    if (!last || losses.length === 0) return;
    const { step, epoch, gradientNorm, learningRate, imagesPerSecond } = last;
    send({ type: 'progress', step, steps, epoch, losses, gradientNorm, learningRate, imagesPerSecond });
    losses = [];
    sent = clock();
  };
  return {
    flush,
    step(record) {
      last = record;
      losses.push({ step: record.step, loss: record.loss });
      if (clock() - sent >= INTERVAL_MS) flush();
    },
  };
}
