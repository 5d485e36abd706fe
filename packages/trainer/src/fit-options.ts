import type { Interval } from './interval';
import type { RunLimits } from './run-length';
import type { CheckpointStore, TrainableDenoiser } from './types';
import type { ValidationOptions, ValidationRecord } from './validation';

/** One line of the loss log. */
export type StepRecord = {
  /** Its number, from 1. */
  step: number;
  /** The number of its epoch, from 1. */
  epoch: number;
  loss: number;
  /** The Euclidean norm of the gradients over all parameters, before it was clipped. */
  gradientNorm: number;
  learningRate: number;
  imagesPerSecond: number;
  /** The share of the time since the step before that was spent waiting for images: 0 when they are always ready. */
  waitingShare: number;
};

export type EpochRecord = {
  /** The number of the epoch that has ended, from 1. */
  epoch: number;
  /** Steps done in all. */
  step: number;
  /** The mean of the epoch's losses, of those since a resume. */
  meanLoss: number;
  /** The network with the live and with the averaged parameters, to sample from; valid until the callback returns. */
  denoiser: TrainableDenoiser;
  emaDenoiser: TrainableDenoiser;
};

/** A step's record with what is kept of no step: the timestep and the loss of each of its images. */
export type StepDetails = StepRecord & { timesteps: Int32Array; imageLosses: Float32Array };

/** What is told of training; training waits for each. */
export type Callbacks = {
  /** Told when the loss is known, which may be while the next step computes. */
  onStep?: (record: StepDetails) => void | Promise<void>;
  onEpochEnd?: (record: EpochRecord) => void | Promise<void>;
  onValidation?: (record: ValidationRecord) => void | Promise<void>;
  onCheckpoint?: (record: { step: number; epochsDone: number }) => void | Promise<void>;
};

export type CheckpointOptions = {
  store: CheckpointStore;
  /** Where the checkpoint of the lowest validation loss (of the average) goes; one that keeps the last is enough. */
  best?: CheckpointStore;
  /** Default: at the end of each epoch. There is always one at the end, and on abort. */
  every?: Interval;
  /** JSON that goes into `state.json`. */
  notes?: unknown;
};

export type SnapshotOptions = {
  /**
   * A place of its own: all of them are needed later. After a resume from an earlier checkpoint with other options, remove
   * those of later steps, or they are taken for this run's.
   */
  store: CheckpointStore;
  /** There is always one at the end. */
  every: Interval;
};

/** A moment of training between two steps, at which something may be done. */
export type Moment = {
  /** Steps and epochs done. */
  readonly step: number;
  readonly epochsDone: number;
  /** The mean loss since the epoch began or training was resumed; of the whole epoch where it has just ended. */
  readonly meanLoss: number;
  /** Whether training is finished. */
  readonly isEnd: boolean;
  /** Writes a checkpoint, if there is a place for one and none is there. */
  save(): Promise<void>;
};

/** Something that is done from time to time, while training waits: samples drawn, a question asked. */
export type Occasion = Interval & {
  /** Also when training is finished, whatever the interval. Default false. */
  readonly atEnd?: boolean | undefined;
  run(moment: Moment): void | Promise<void>;
};

/** How a run goes. It ends when so many `epochs`, or so many `steps`, are done in all; one of them is needed. */
export type FitOptions = RunLimits & {
  /** Ends, as finished, with the step after which this call has taken so many seconds. Beside epochs or steps. */
  seconds?: number;
  checkpoints?: CheckpointOptions;
  /** Keeps the averages of the option `postHocEma` from time to time and at the end, for `reconstructEma`. */
  snapshots?: SnapshotOptions;
  /** Measures the loss on held-out images from time to time. */
  validation?: ValidationOptions;
  /** Whatever else is done between steps, after all of these. */
  every?: readonly Occasion[];
  callbacks?: Callbacks;
  /** Aborted: a checkpoint is written, and `fit` returns. A signal that is heard in the midst of a step ends it, as if not begun. */
  signal?: AbortSignal;
  /** How many batches are read ahead; default 2. */
  prefetch?: number;
  /** Milliseconds, for images per second; default `performance.now`. */
  clock?: () => number;
};

export type FitResult = {
  status: 'finished' | 'aborted';
  /** Steps and epochs done in all. */
  step: number;
  epochsDone: number;
  /** This call's losses. */
  losses: StepRecord[];
};
