import type { RunPaths } from '../run-folder';

/** The outcome of a run. */
export interface TrainedRun {
  /** The run folder. */
  readonly folder: string;
  /**
   * How it ended. 'tried': a dry run; 'stopped': by the signal; 'out-of-time': by the limit of seconds. Each can be resumed, a
   * finished run with more steps.
   */
  readonly status: 'finished' | 'stopped' | 'out-of-time' | 'tried';
  /** Steps done in all. */
  readonly step: number;
  /** Steps done before this call. */
  readonly firstStep: number;
  /** The paths of all that lies in the run folder. */
  readonly paths: RunPaths;
  /** The path of the last grid of samples. */
  readonly samples: string;
}
