import type { Schedule } from '@denoiser/schedules';
import type { AdamW } from './adamw';
import type { Part } from './checkpoint-parts';
import type { Ema } from './ema/ema';
import type { PowerEma } from './ema/post-hoc';
import type { RateFactor } from './learning-rate/rate';
import type { Objective } from './objective/objective';
import type { TrainingOptions } from './options/training-options';
import type { TimestepSampler } from './timesteps/sampler';
import type { TrainableModel } from './types';
import type { watchTraining } from './watch';

/** Where a training run stands; a checkpoint holds all of it. */
export type Progress = {
  /** Training steps done. */
  step: number;
  /** Epochs done. */
  epochsDone: number;
  /** How many images of the next epoch's order have been used. */
  position: number;
  /** What that order was made from, if steps were done: with others the position means nothing. */
  order?: { seed: number; length: number };
  /** The step of the last checkpoint written or resumed from. */
  checkpoint?: number;
  /** The lowest validation loss of the average, and its step. */
  best?: { step: number; loss: number };
};

/** What the parts of a trainer share. */
export type Run = {
  readonly model: TrainableModel;
  readonly schedule: Schedule;
  readonly options: TrainingOptions;
  readonly optimizer: AdamW;
  readonly rateFactor: RateFactor;
  readonly objective: Objective;
  readonly timesteps: TimestepSampler;
  readonly ema: Ema;
  readonly powerEma?: PowerEma;
  readonly progress: Progress;
  /** Steps of the whole run, as the last `fit` was asked; `Infinity` before. */
  length: number;
  /** What a checkpoint holds beside the state. */
  readonly parts: readonly Part[];
  /** Told of every step's numbers. */
  readonly watch: ReturnType<typeof watchTraining>;
  readonly onWarning: (message: string) => void;
};
