/** One line of `log.jsonl`. Logs of older versions lack some of it. */
export interface StepLine {
  step: number;
  /** From 1. */
  epoch: number;
  loss: number;
  gradientNorm?: number;
  learningRate?: number;
  imagesPerSecond: number;
  /** The share of the time that was spent waiting for images. */
  waitingShare?: number;
  /** What the process holds, tensors and all. */
  memoryBytes?: number;
  /** Milliseconds since 1970. */
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

/** The last tenth of a run: what its figures of the moment are a mean of. */
export const recentLines = (lines: readonly StepLine[]): StepLine[] =>
  lines.slice(-Math.max(1, Math.round(lines.length / 10)));

/** The last step of each epoch: their lengths differ where images came or went between two stretches of the run. */
export const lastSteps = (lines: readonly StepLine[]): ReadonlyMap<number, number> =>
  new Map(lines.map(({ epoch, step }) => [epoch, step]));
