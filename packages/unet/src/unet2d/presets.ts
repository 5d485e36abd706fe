import { NetworkError } from '../errors';
import { completeUNet2DConfig, type UNet2DConfig } from './config';

/** What is chosen of a UNet2DModel for images of a size; the rest follows from it. */
export interface UNet2DChoice {
  /** 'unet2d': as diffusers builds it; 'edm': sums divided by √2, sizes changed in residual blocks (Song et al. 2021; EDM). */
  readonly style?: UNet2DStyle;
  readonly imageSize: number | readonly [height: number, width: number];
  readonly channels?: number;
  readonly classes?: number | undefined;
  readonly learnedVariance?: boolean;
  /** Channels at full size, half of it, a quarter, …. */
  readonly blockChannels?: readonly number[];
  /** Residual blocks at each size. */
  readonly layers?: number;
  /** Sizes of the image that have attention; the smallest size always has it. */
  readonly attentionAt?: readonly number[];
}

export type UNet2DStyle = 'unet2d' | 'edm';

/** What is chosen by default. */
export type UNet2DPreset = Required<Pick<UNet2DChoice, 'blockChannels' | 'layers' | 'attentionAt'>>;

/** For images of up to so many pixels a side; how they were found is in docs/choosing-a-network.md. */
const PRESETS: readonly (readonly [upTo: number, preset: UNet2DPreset])[] = [
  [16, { blockChannels: [32, 64], layers: 1, attentionAt: [8] }],
  [32, { blockChannels: [32, 64, 96], layers: 1, attentionAt: [8] }],
  [Number.POSITIVE_INFINITY, { blockChannels: [32, 64, 96, 128], layers: 1, attentionAt: [8] }],
];

/** Channels of a group of the norms, where there are at most 32 groups. */
const GROUP = 4;
/** Channels of an attention head. */
const HEAD = 32;

/** Returns what a UNet2DModel for images of that size is by default. */
export function unet2dPreset(imageSize: UNet2DChoice['imageSize']): UNet2DPreset {
  const side = Math.max(...[imageSize].flat());
  const [, preset] = PRESETS.find(([upTo]) => side <= upTo) as (typeof PRESETS)[number];
  return preset;
}

/**
 * Returns the configuration of a UNet2DModel for images of a size, by default the best that small trials found:
 * `createUNet2D(unet2dFor({ imageSize: 32, classes: 10 }))`.
 *
 * @throws DenoiserError where the image cannot be halved so often, or blocks have channels that groups and heads don't divide.
 */
export function unet2dFor({
  style = 'unet2d',
  imageSize,
  channels = 3,
  classes,
  learnedVariance = false,
  ...chosen
}: UNet2DChoice): UNet2DConfig {
  const preset = unet2dPreset(imageSize);
  const { blockChannels = preset.blockChannels, layers = preset.layers, attentionAt = preset.attentionAt } = chosen;
  const side = Math.max(...[imageSize].flat());
  const narrow = blockChannels.find((width) => !Number.isSafeInteger(width) || width < HEAD || width % HEAD !== 0);
  if (blockChannels.length === 0 || narrow !== undefined) {
    throw new NetworkError(
      'option-invalid',
      `\`blockChannels\` must be multiples of ${HEAD}, one a size, but ${narrow === undefined ? 'none is given' : `${narrow} is among them`}.`,
    );
  }
  const hasAttention = blockChannels.map((_, i) => attentionAt.includes(side / 2 ** i));
  const isEdm = style === 'edm';
  const type = (way: 'Down' | 'Up') => (attends: boolean) => {
    if (attends) return `Attn${way}Block2D` as const;
    return isEdm ? (`Resnet${way}sampleBlock2D` as const) : (`${way}Block2D` as const);
  };
  return completeUNet2DConfig({
    sample_size: imageSize,
    in_channels: channels,
    out_channels: learnedVariance ? 2 * channels : channels,
    ...(classes !== undefined && { num_class_embeds: classes }),
    block_out_channels: [...blockChannels],
    layers_per_block: layers,
    down_block_types: hasAttention.map(type('Down')),
    up_block_types: hasAttention.toReversed().map(type('Up')),
    norm_num_groups: Math.min(32, (blockChannels[0] as number) / GROUP),
    attention_head_dim: HEAD,
    ...(isEdm && {
      downsample_type: 'resnet',
      upsample_type: 'resnet',
      resnet_out_scale_factor: Math.SQRT2,
      mid_block_scale_factor: Math.SQRT2,
      norm_eps: 1e-6,
    }),
  });
}
