import type { Interval } from './interval';
import type { RunLimits } from './run-length';
import type { CheckpointStore, TrainableDenoiser } from './types';
import type { ValidationOptions, ValidationRecord } from './validation';

/** What is known of a step: one line of a loss log. */
export type StepRecord = {
  /** The step's number, from 1. */
  step: number;
  /** The number of the step's epoch, from 1. */
  epoch: number;
  loss: number;
  /** The Euclidean norm of the gradients over all parameters, before clipping. */
  gradientNorm: number;
  learningRate: number;
  imagesPerSecond: number;
  /** The share of the step's time that was spent waiting for images, from 0 to 1. */
  waitingShare: number;
};

/** What is known at the end of an epoch. */
export type EpochRecord = {
  /** The epoch's number, from 1. */
  epoch: number;
  /** Steps done in all. */
  step: number;
  /** The mean of the epoch's losses, or of those since a resume. */
  meanLoss: number;
  /** The network with the live and with the averaged parameters, to sample from until the callback returns. */
  denoiser: TrainableDenoiser;
  emaDenoiser: TrainableDenoiser;
};

/** A step's record, with the timestep and the loss of each of its images. */
export type StepDetails = StepRecord & { timesteps: Int32Array; imageLosses: Float32Array };

/** Functions that are told of training, which waits for each of them. */
export type Callbacks = {
  /** Called when a step's loss is known, which may be while the next step computes. */
  onStep?: (record: StepDetails) => void | Promise<void>;
  onEpochEnd?: (record: EpochRecord) => void | Promise<void>;
  onValidation?: (record: ValidationRecord) => void | Promise<void>;
  onCheckpoint?: (record: { step: number; epochsDone: number }) => void | Promise<void>;
};

/** Where checkpoints go, and how often. */
export type CheckpointOptions = {
  store: CheckpointStore;
  /** A store for the checkpoint with the lowest validation loss of the average. It needs to keep one. */
  best?: CheckpointStore;
  /** Default: at the end of each epoch. There is always one at the end of training, and on abort. */
  every?: Interval;
  /** JSON for `state.json`. */
  notes?: unknown;
};

/** Where snapshots of averages go, and how often. */
export type SnapshotOptions = {
  /**
   * A store for snapshots only, which keeps all of them. Before you resume from an earlier checkpoint, remove the snapshots of
   * later steps: they would count as this run's.
   */
  store: CheckpointStore;
  /** There is always one at the end of training. */
  every: Interval;
};

/** A moment between two steps of training. */
export type Moment = {
  /** Steps and epochs done. */
  readonly step: number;
  readonly epochsDone: number;
  /** The mean loss since the epoch began or training was resumed. Where an epoch has just ended: that epoch's. */
  readonly meanLoss: number;
  /** Whether training ends here. */
  readonly isEnd: boolean;
  /** Writes a checkpoint, if `fit` has a store for them and this step has none yet. */
  save(): Promise<void>;
};

/** Recurring work, for which training waits: to draw samples, to ask a question. */
export type Occasion = Interval & {
  /** Steps after which it runs besides, such as some early ones. */
  readonly at?: readonly number[] | undefined;
  /** Whether it runs at the end of training, too, whatever the interval. Default false. */
  readonly atEnd?: boolean | undefined;
  run(moment: Moment): void | Promise<void>;
};

/**
 * Options of `fit`. Training ends when `epochs` or `steps` are done in all, whichever comes first. With neither, `seconds` are the
 * length of the run.
 */
export type FitOptions = RunLimits & {
  /**
   * Ends, as finished, with the step after which this call has taken so many seconds. Beside epochs or steps it is no more than
   * that. Without them it is the length of the run: a learning rate that falls with the run falls by the clock, and reaches its end
   * when the time is up, however fast the machine is.
   */
  seconds?: number;
  /** Writes checkpoints, from which `resume` goes on. */
  checkpoints?: CheckpointOptions;
  /** Writes snapshots of the averages that the option `postHocEma` tracks, for `reconstructEma`. */
  snapshots?: SnapshotOptions;
  /** Measures the loss on held-out images. */
  validation?: ValidationOptions;
  /** Other recurring work, which runs after checkpoints, snapshots and validation. */
  every?: readonly Occasion[];
  callbacks?: Callbacks;
  /** Ends training: on abort, `fit` writes a checkpoint and returns. A step in whose midst the signal is heard is as if not begun. */
  signal?: AbortSignal;
  /** Batches that are read ahead. Default 2. */
  prefetch?: number;
  /** A clock in milliseconds. Default `performance.now`. */
  clock?: () => number;
};

/** How `fit` ended. */
export type FitResult = {
  /** 'aborted': by the signal, before the end. */
  status: 'finished' | 'aborted';
  /** Steps and epochs done in all. */
  step: number;
  epochsDone: number;
  /** Records of the steps of this call. */
  losses: StepRecord[];
};
