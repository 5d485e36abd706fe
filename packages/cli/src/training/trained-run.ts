import type { RunPaths } from '../run-folder';

/** What has become of a run. */
export interface TrainedRun {
  readonly folder: string;
  /**
   * 'tried': a dry run. 'stopped' came by the signal, 'out-of-time' by the limit of seconds; all can be gone on with, a finished
   * run to more steps.
   */
  readonly status: 'finished' | 'stopped' | 'out-of-time' | 'tried';
  /** Steps done in all, and before this call. */
  readonly step: number;
  readonly firstStep: number;
  readonly paths: RunPaths;
  /** The last grid of samples. */
  readonly samples: string;
}
