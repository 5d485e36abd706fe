import { createUNet, createUNet2D, type UNet, unet2dFor } from '@denoiser/unet';

/** Pixels a side, and their one channel. */
export const SIZE = 16;
export const BATCH = 16;
/** The time of the noise, so many steps. */
const NOISE_STEPS = 1000;

/** One network, and how both sides train it. */
export interface TrainingCase {
  readonly network: 'original' | 'unet2d';
  readonly prediction: 'epsilon' | 'v';
  readonly process: 'linear' | 'cosine';
  readonly learningRate: number;
  readonly maxGradientNorm: number;
  readonly emaDecay: number;
  create(): UNet<unknown>;
}

/** What is common: AdamW whose rate falls along a cosine, clipped gradients, an average of about the last hundred weights. */
const COMMON = { learningRate: 1e-3, maxGradientNorm: 1, emaDecay: 0.99 };

export const CASES: readonly TrainingCase[] = [
  {
    ...COMMON,
    ...{ network: 'original', prediction: 'epsilon', process: 'linear', learningRate: 3e-4 },
    create: () => createUNet({ channels: 1, baseWidth: 16, timeDim: 64, seed: 1 }),
  },
  {
    ...COMMON,
    ...{ network: 'unet2d', prediction: 'v', process: 'cosine' },
    create: () => createUNet2D(unet2dFor({ imageSize: SIZE, channels: 1, blockChannels: [32, 32] }), { seed: 1 }),
  },
];

/** Steps in which both sides draw. */
export const DRAW_STEPS = 50;

/** The process in the words of diffusers' schedulers. */
export function schedulerOf({ process, prediction }: TrainingCase): object {
  return {
    num_train_timesteps: NOISE_STEPS,
    beta_start: 1e-4,
    beta_end: 0.02,
    beta_schedule: process === 'cosine' ? 'squaredcos_cap_v2' : 'linear',
    prediction_type: prediction === 'v' ? 'v_prediction' : 'epsilon',
    clip_sample: true,
    set_alpha_to_one: true,
    timestep_spacing: 'leading',
  };
}

export const processOf = ({ process }: TrainingCase) => ({ type: process, steps: NOISE_STEPS }) as const;
