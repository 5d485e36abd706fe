import type { AdamW } from './adamw';
import type { Part } from './checkpoint-parts';
import type { Ema } from './ema/ema';
import type { PowerEma } from './ema/post-hoc';
import type { RateFactor } from './learning-rate/rate';
import type { Objective } from './objective/objective';
import type { TrainingOptions } from './options/training-options';
import type { TimestepSampler } from './timesteps/sampler';
import type { TrainedProcess } from './trained-process';
import type { TrainableModel } from './types';
import type { watchTraining } from './watch';

/** Where a training run stands; a checkpoint holds all of it. */
export type Progress = {
  /** Steps done. */
  step: number;
  /** Epochs done. */
  epochsDone: number;
  /** Images used of the next epoch's order. */
  position: number;
  /** What that order was made from. In another order the position means nothing. Undefined before the first step. */
  order?: { seed: number; length: number };
  /** The step of the last checkpoint that was written or resumed from. */
  checkpoint?: number;
  /** Seconds that training has taken, where these are the length of the run. */
  seconds?: number;
  /** The lowest validation loss of the average, and its step. */
  best?: { step: number; loss: number };
};

/** What the parts of a trainer share. */
export type Run = {
  readonly model: TrainableModel;
  readonly process: TrainedProcess;
  readonly options: TrainingOptions;
  readonly optimizer: AdamW;
  readonly rateFactor: RateFactor;
  readonly objective: Objective;
  readonly timesteps: TimestepSampler;
  readonly ema: Ema;
  readonly powerEma?: PowerEma;
  readonly progress: Progress;
  /**
   * Steps of the whole run by the limits of the last `fit`; `Infinity` before. By the clock, where time is the length: as many as
   * there will be at the speed so far.
   */
  length: number;
  /** Images that go through the network at once: the option's, or fewer where only so many fit the device. null: all. */
  microBatchSize: number | null;
  /** Images of the largest step that is known to fit the device. */
  fits: number;
  /** Whether a checkpoint was restored in part alone: such a run trains no more until it is resumed. */
  isTorn: boolean;
  /** The files of a checkpoint beside the state. */
  readonly parts: readonly Part[];
  /** Called with every step's numbers. */
  readonly watch: ReturnType<typeof watchTraining>;
  readonly onWarning: (message: string) => void;
};
