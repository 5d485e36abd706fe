import type { Precision } from '@denoiser/unet';
import type { Counts } from './counter';
import type { NetworkName } from './networks';
import type { Times } from './steps';

export const SUBJECTS = ['denoiser', 'stock tfjs'] as const;
export const STEPS = ['sampling', 'training'] as const;

/** One step of a network, whoever takes it. */
export type Step = {
  readonly network: NetworkName;
  readonly step: (typeof STEPS)[number];
  /** Of the images, width and height. */
  readonly size: number;
  readonly baseWidth: number;
  readonly batch: number;
};

export type Task = Step &
  Times & {
    /** Whose kernels: ours on tfjs's backend, or tfjs's own, of which the ops' references are composed. */
    readonly subject: (typeof SUBJECTS)[number];
    /** What weights are in memory, see `openModel`; of our sampling alone. Default 'f32'. */
    readonly precision?: Precision;
    /** Whether it is computed and timed; else it is only counted. */
    readonly execute: boolean;
  };

export type Measurement = {
  /** Of all measured steps together; zeros where nothing was counted. */
  counts: Counts;
  /** Of each measured step, until the GPU is done; of no meaning where nothing was executed. */
  ms: number[];
  /** What the GPU complained of first. */
  problem?: string;
};
