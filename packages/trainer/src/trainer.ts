import { DenoiserError } from '@denoiser/ops';
import { createSchedule, type Schedule } from '@denoiser/schedules';
import { type AdamW, createAdamW } from './adamw';
import { createEma, type Ema } from './ema';
import { type FitOptions, type FitResult, fit } from './fit';
import { LEARNING_RATE_SCHEDULES } from './learning-rate/index';
import type { RateFactor } from './learning-rate/rate';
import { makeKind } from './options/kinds';
import { resolveOptions, type TrainingOptions, type TrainingOptionsInput } from './options/training-options';
import { type ResumedFrom, type ResumeOptions, resume } from './resume';
import type { CheckpointStore, ImageDataset, TrainableModel } from './types';

export type TrainerOptions = TrainingOptionsInput & {
  model: TrainableModel;
  /** Told, in a sentence, what the user should know though training goes on. Default: nobody. */
  onWarning?: (message: string) => void;
};

/** Where a training run stands; a checkpoint holds all of it. */
export type Progress = {
  /** Training steps done. */
  step: number;
  /** The epoch under way, from 0. */
  epoch: number;
  /** How many images of the epoch's order have been used. */
  position: number;
  /** What that order was made from, if steps were done: with others the position means nothing. */
  order?: { seed: number; length: number };
  /** The step of the last checkpoint written or resumed from. */
  checkpoint?: number;
};

/** What the parts of a trainer share. */
export type Run = {
  readonly model: TrainableModel;
  readonly schedule: Schedule;
  readonly options: TrainingOptions;
  readonly optimizer: AdamW;
  readonly rateFactor: RateFactor;
  readonly ema: Ema;
  readonly progress: Progress;
  readonly onWarning: (message: string) => void;
};

export type Trainer = {
  readonly model: TrainableModel;
  /** The options with their defaults filled in. */
  readonly options: TrainingOptions;
  readonly progress: Readonly<Progress>;
  /** The averaged parameters, which sample better than the live ones; the trainer owns them. */
  readonly emaParameters: TrainableModel['parameters'];
  /** Trains until there have been so many epochs or steps in all, counting those before a resume. */
  fit(dataset: ImageDataset, options: FitOptions): Promise<FitResult>;
  /** Goes on from a checkpoint: weights, moments, average, step and place in the data. Call it before `fit`. */
  resume(store: CheckpointStore, options?: ResumeOptions): Promise<ResumedFrom>;
  /** Frees the moments and the average; the model belongs to the caller. */
  dispose(): void;
};

/**
 * A trainer for ε-prediction (Ho et al. 2020, arXiv:2006.11239, algorithm 1): loss = MSE(ε, ε_θ(x_t, t)), t uniform in
 * 1 … T − 1, AdamW, an average of the weights. Every random number is a pure function of (seed, step), so that a run that
 * was stopped and resumed ends bit for bit like one that wasn't, on one backend.
 *
 * Errors: `DenoiserError` for an option out of range.
 */
export function createTrainer({ model, onWarning = () => {}, ...input }: TrainerOptions): Trainer {
  const options = resolveOptions(input);
  const schedule = createSchedule(options.schedule);
  checkSchedule(schedule);
  const run: Run = {
    model,
    schedule,
    options,
    optimizer: createAdamW(model.parameters, options),
    rateFactor: makeKind(LEARNING_RATE_SCHEDULES, options.learningRateSchedule),
    ema: createEma(model.parameters, options.ema),
    progress: { step: 0, epoch: 0, position: 0 },
    onWarning,
  };
  return {
    model,
    options,
    progress: run.progress,
    emaParameters: run.ema.parameters,
    fit: (dataset, fitOptions) => fit(run, dataset, fitOptions),
    resume: (store, resumeOptions) => resume(run, store, resumeOptions),
    dispose() {
      run.optimizer.dispose();
      run.ema.dispose();
    },
  };
}

function checkSchedule({ steps, zeroTerminalSnr }: Schedule): void {
  if (steps < 2) {
    throw new DenoiserError(
      'bad-option',
      `The schedule has ${steps} step; give it at least 2, since t = 0 is not trained.`,
    );
  }
  if (zeroTerminalSnr) {
    throw new DenoiserError(
      'bad-option',
      'The schedule has zero terminal SNR, with which a network that predicts ε cannot be sampled; leave zeroTerminalSnr out.',
    );
  }
}
