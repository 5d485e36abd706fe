/** One line of `log.jsonl`. Logs of older versions lack some of it. */
export interface StepLine {
  /** The number of the step, from 1. */
  step: number;
  /** The number of the epoch, from 1. */
  epoch: number;
  /** The mean loss of the batch. */
  loss: number;
  /** The norm of all gradients, before it is limited. */
  gradientNorm?: number;
  learningRate?: number;
  imagesPerSecond: number;
  /** The share of the time that was spent waiting for images. */
  waitingShare?: number;
  /** Memory of the process in bytes, tensors included. */
  memoryBytes?: number;
  /** The time, in milliseconds since 1970. */
  time: number;
}

/** One line of `validation.jsonl`: the loss on images held out, under the live weights and their average. */
export interface ValidationLine {
  step: number;
  /** Older logs have `epoch` instead. */
  epochsDone?: number;
  loss: number;
  emaLoss: number;
}

/** Returns the last tenth of a run, over which its current figures are averaged. */
export const recentLines = (lines: readonly StepLine[]): StepLine[] =>
  lines.slice(-Math.max(1, Math.round(lines.length / 10)));

/** Returns the last step of each epoch: their lengths differ where images came or went between two stretches of the run. */
export const lastSteps = (lines: readonly StepLine[]): ReadonlyMap<number, number> =>
  new Map(lines.map(({ epoch, step }) => [epoch, step]));
