import { unet2dPreset } from '@denoiser/unet/config';
import { z } from 'zod';

/** The networks that a configuration can name, with what is chosen of each. */

const blocks = {
  blockChannels: z
    .array(z.int().min(32).multipleOf(32))
    .min(1)
    .max(8)
    .optional()
    .describe('channels at full size, at half of it, …, multiples of 32 (default: by the size)'),
  layers: z.int().min(1).max(16).optional().describe('residual blocks at each size (default: by the size)'),
  attentionAt: z
    .array(z.int().min(1))
    .max(8)
    .optional()
    .describe('sizes that have attention, beside the smallest (default: by the size)'),
};

export const networkSchema = z
  .union(
    [
      z.strictObject({
        type: z.literal('original').default('original'),
        baseWidth: z.int().min(4).multipleOf(4).default(64).describe('channels at full size'),
        timeDim: z.int().min(2).multipleOf(2).default(256).describe('width of the time embedding, even'),
      }),
      z.strictObject({ type: z.literal('unet2d'), ...blocks }),
      z.strictObject({ type: z.literal('edm'), ...blocks }),
    ],
    { error: 'an object with the type original, unet2d or edm is needed' },
  )
  .default({ type: 'original', baseWidth: 64, timeDim: 256 })
  .describe(
    "'original', that of the original program; 'unet2d', diffusers' UNet2DModel, which learns more at the same cost; 'edm', the same as Karras et al. 2022 train it",
  );

type Chosen = z.output<typeof networkSchema>;

/** A network with all that is chosen of it. */
export type NetworkConfig =
  | Extract<Chosen, { type: 'original' }>
  | Required<Extract<Chosen, { type: 'unet2d' | 'edm' }>>;

/** Fills in what the size of the images decides, so that a run stays what it is. */
export function completeNetwork(network: Chosen, size: number | readonly [number, number]): NetworkConfig {
  if (network.type === 'original') return network;
  const { blockChannels, layers, attentionAt } = unet2dPreset(size);
  return {
    type: network.type,
    blockChannels: network.blockChannels ?? [...blockChannels],
    layers: network.layers ?? layers,
    attentionAt: network.attentionAt ?? [...attentionAt],
  };
}
