import { createUNet, createUNet2D, type UNet } from '@denoiser/unet';

export const NETWORKS = ['original', 'unet2d'] as const;
export type NetworkName = (typeof NETWORKS)[number];

/** The published one's width is 64. */
export const originalConfig = (baseWidth: number) => ({ baseWidth });

/** diffusers' UNet2DModel as `google/ddpm-cifar10-32` is configured (Ho et al. 2020), whose width, 128, is twice ours of 64. */
export const unet2dConfig = (baseWidth: number) => ({
  block_out_channels: [2, 4, 4, 4].map((times) => times * baseWidth),
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 2,
  downsample_padding: 0,
  flip_sin_to_cos: false,
  freq_shift: 1,
  attention_head_dim: null,
  norm_num_groups: Math.min(32, baseWidth / 2),
  norm_eps: 1e-6,
});

/** A network that is measured, with fresh weights. */
export function createNetwork(name: NetworkName, baseWidth: number): UNet<unknown> {
  return name === 'original' ? createUNet(originalConfig(baseWidth)) : createUNet2D(unet2dConfig(baseWidth));
}
