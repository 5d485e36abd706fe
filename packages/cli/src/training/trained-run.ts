import type { RunPaths } from '../run-folder';

/** What has become of a run. */
export interface TrainedRun {
  readonly folder: string;
  /** 'tried': a dry run. 'stopped' came by the signal; a finished run can be gone on with, too, to more steps. */
  readonly status: 'finished' | 'stopped' | 'tried';
  /** Steps done in all, and before this call. */
  readonly step: number;
  readonly firstStep: number;
  readonly paths: RunPaths;
  /** The last grid of samples. */
  readonly samples: string;
}
