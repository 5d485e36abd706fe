import type { Counts } from './counter';

export const SUBJECTS = ['denoiser', 'stock tfjs'] as const;
export const STEPS = ['sampling', 'training'] as const;

/** The original U-Net, or the UNet2DModel that is trained by default on images of that size. */
export const NETWORKS = ['original', 'unet2d'] as const;

export type Task = {
  readonly network: (typeof NETWORKS)[number];
  /** Whose kernels: ours on tfjs's backend, or tfjs's own, of which the ops' references are composed. */
  readonly subject: (typeof SUBJECTS)[number];
  readonly step: (typeof STEPS)[number];
  /** Of the images, width and height. */
  readonly size: number;
  /** Of the original U-Net. */
  readonly baseWidth: number;
  readonly batch: number;
  /** Steps before measuring, and measured. */
  readonly warmUp: number;
  readonly measured: number;
  /** False: only counted. */
  readonly execute: boolean;
};

export type Measurement = {
  /** Of all measured steps together. */
  counts: Counts;
  /** Of each measured step, until the GPU is done; of no meaning where nothing was executed. */
  ms: number[];
  /** What the GPU complained of first. */
  problem?: string;
};
