import type { Prediction, ScheduleOptions } from '@denoiser/schedules';

/** How a network was trained, where its file does not say so itself. Files of `download` and of training do. */
export type ModelFacts = {
  /** Default: linear, 1000 steps. For `createSchedule`. */
  readonly schedule?: ScheduleOptions;
  /** Default 'epsilon'. */
  readonly prediction?: Prediction;
  readonly imageSize?: number;
  readonly classNames?: readonly string[];
};

/** The network that `sample` draws from: all that a page needs to make a plan and a menu of classes. */
export type ModelInfo = {
  readonly architecture: { readonly name: string; readonly config: unknown };
  /** How many numbers it has. */
  readonly parameters: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** One name for each class, numbers where the file names none; empty for a network without classes. */
  readonly classNames: readonly string[];
  readonly schedule: ScheduleOptions;
  readonly prediction: Prediction;
  /** Whether its output has the variance in a second half of the channels. */
  readonly learnedVariance: boolean;
  /** Training steps that it has seen, if the file says so. */
  readonly step?: number;
};
