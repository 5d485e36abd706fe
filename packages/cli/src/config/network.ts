import { completeUNet2DConfig, type UNet2DConfig, unet2dFor, unet2dPreset } from '@denoiser/unet/config';
import { z } from 'zod';
import { CommandError } from '../errors';

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
  config: z
    .record(z.string(), z.unknown())
    .optional()
    .describe("diffusers' whole configuration of a UNet2DModel, in place of the others"),
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
  .prefault({})
  .describe(
    "'original', that of the original program; 'unet2d', diffusers' UNet2DModel, which learns more at the same cost; 'edm', the same as Karras et al. 2022 train it",
  );

type Chosen = z.output<typeof networkSchema>;

/** A network with all that is chosen of it. */
export type NetworkConfig = Extract<Chosen, { type: 'original' }> | BlocksConfig;

/** A UNet2DModel by its sizes, or by all of its configuration. */
type BlocksConfig = { readonly type: 'unet2d' | 'edm' } & (
  | { readonly blockChannels: number[]; readonly layers: number; readonly attentionAt: number[] }
  | { readonly config: Readonly<Record<string, unknown>> }
);

/** Fills in what the size of the images decides, so that a run stays what it is. */
export function completeNetwork(network: Chosen, imageSize: NetworkImages['imageSize']): NetworkConfig {
  if (network.type === 'original') return network;
  const { type, config, ...sizes } = network;
  if (config) {
    const [size] = Object.keys(sizes);
    if (size === undefined) return { type, config };
    throw new CommandError(
      'option-conflict',
      `The option network.config is all of the network, and network.${size} a part of it; give one of them.`,
    );
  }
  const { blockChannels, layers, attentionAt } = unet2dPreset(imageSize);
  const preset = { blockChannels: [...blockChannels], layers, attentionAt: [...attentionAt] };
  return { type, ...preset, ...sizes };
}

/** What a network's images are. */
export interface NetworkImages {
  readonly imageSize: number | readonly [number, number];
  readonly channels: number;
  readonly classes?: number | undefined;
  readonly learnedVariance: boolean;
}

/**
 * Returns the configuration of a UNet2DModel for a run's images.
 *
 * @throws DenoiserError where there is no such network.
 */
export function unet2dConfigOf(network: BlocksConfig, images: NetworkImages): UNet2DConfig {
  if (!('config' in network)) {
    const { type: style, ...chosen } = network;
    return unet2dFor({ ...images, ...chosen, style });
  }
  const { imageSize, channels, classes = null, learnedVariance } = images;
  return completeUNet2DConfig({
    ...network.config,
    sample_size: imageSize,
    in_channels: channels,
    out_channels: learnedVariance ? 2 * channels : channels,
    num_class_embeds: classes,
  });
}
