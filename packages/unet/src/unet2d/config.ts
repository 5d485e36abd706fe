import { inBackticks, theNearest } from '@denoiser/errors';
import { NetworkError } from '../errors';

/**
 * The configuration of diffusers' UNet2DModel in its own names: what its `unet/config.json` holds is read as it is, and is
 * what our files hold. The last two are not diffusers'; they are absent from a network that is one of its own.
 */
export type UNet2DConfig = {
  /** What images it was made for; the network itself takes any size that it can halve. */
  readonly sample_size: number | readonly [height: number, width: number] | null;
  readonly in_channels: number;
  /** As many as go in, or twice as many: ε and v (Nichol & Dhariwal 2021, arXiv:2102.09672). */
  readonly out_channels: number;
  /** Whether images in [0, 1] are given, and 2x − 1 is taken of them. */
  readonly center_input_sample: boolean;
  /** Sines of the time; of its logarithm, times random frequencies (Song et al. 2021, arXiv:2011.13456); a table. */
  readonly time_embedding_type: 'positional' | 'fourier' | 'learned';
  /** The width of the embedding; null: four times the first block's channels. */
  readonly time_embedding_dim: number | null;
  readonly freq_shift: number;
  /** Whether cosines come before sines. */
  readonly flip_sin_to_cos: boolean;
  readonly down_block_types: readonly DownBlockType[];
  readonly mid_block_type: 'UNetMidBlock2D' | null;
  readonly up_block_types: readonly UpBlockType[];
  readonly block_out_channels: readonly number[];
  readonly layers_per_block: number;
  /** What the sums in the middle block are divided by. */
  readonly mid_block_scale_factor: number;
  /** 0: a row below and a column to the right. 1: on all sides. */
  readonly downsample_padding: 0 | 1;
  readonly downsample_type: ResampleType;
  readonly upsample_type: ResampleType;
  /** The share of activations that training drops if it names none itself. */
  readonly dropout: number;
  readonly act_fn: ActivationName;
  /** Channels of a head; null: one head. */
  readonly attention_head_dim: number | null;
  /** null: a quarter of the channels, at most 32. */
  readonly norm_num_groups: number | null;
  readonly attn_norm_num_groups: number | null;
  readonly norm_eps: number;
  /** How time reaches a residual block: added, or as scale and shift after the norm. */
  readonly resnet_time_scale_shift: 'default' | 'scale_shift';
  /** Whether the middle block has attention. */
  readonly add_attention: boolean;
  /** null: a table of `num_class_embeds`, if there are any. */
  readonly class_embed_type: 'timestep' | 'identity' | null;
  readonly num_class_embeds: number | null;
  /** How many times a learned embedding has. */
  readonly num_train_timesteps: number | null;
  /** What the sums of residual blocks and attention outside the middle are divided by, √2 in EDM's DDPM++. Default 1. */
  readonly resnet_out_scale_factor?: number;
  /** How many heads attention has, whatever the channels, instead of `attention_head_dim`. */
  readonly num_attention_heads?: number;
};

export type ResampleType = 'conv' | 'resnet';
export type ActivationName = 'silu' | 'swish' | 'mish' | 'gelu' | 'relu';

const DOWN_BLOCKS = [
  'DownBlock2D',
  'AttnDownBlock2D',
  'ResnetDownsampleBlock2D',
  'SkipDownBlock2D',
  'AttnSkipDownBlock2D',
] as const;
const UP_BLOCKS = [
  'UpBlock2D',
  'AttnUpBlock2D',
  'ResnetUpsampleBlock2D',
  'SkipUpBlock2D',
  'AttnSkipUpBlock2D',
] as const;
export type DownBlockType = (typeof DOWN_BLOCKS)[number];
export type UpBlockType = (typeof UP_BLOCKS)[number];

/** The defaults of diffusers' constructor. */
const DEFAULTS: UNet2DConfig = {
  sample_size: null,
  in_channels: 3,
  out_channels: 3,
  center_input_sample: false,
  time_embedding_type: 'positional',
  time_embedding_dim: null,
  freq_shift: 0,
  flip_sin_to_cos: true,
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D', 'AttnDownBlock2D'],
  mid_block_type: 'UNetMidBlock2D',
  up_block_types: ['AttnUpBlock2D', 'AttnUpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  block_out_channels: [224, 448, 672, 896],
  layers_per_block: 2,
  mid_block_scale_factor: 1,
  downsample_padding: 1,
  downsample_type: 'conv',
  upsample_type: 'conv',
  dropout: 0,
  act_fn: 'silu',
  attention_head_dim: 8,
  norm_num_groups: 32,
  attn_norm_num_groups: null,
  norm_eps: 1e-5,
  resnet_time_scale_shift: 'default',
  add_attention: true,
  class_embed_type: null,
  num_class_embeds: null,
  num_train_timesteps: null,
};

/** What a value must be: the rule in words, and whether it holds. */
type Rule = readonly [rule: string, holds: (value: unknown) => boolean];

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) > 0;
const isOneOf =
  (values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const oneOf = (...values: unknown[]): Rule => [`one of ${values.map(inJson).join(', ')}`, isOneOf(values)];
const listOf = (values: readonly string[]): Rule => [
  `a list of ${values.join(', ')}`,
  (value) => Array.isArray(value) && value.length > 0 && value.every(isOneOf(values)),
];
const count: Rule = ['a whole number, 1 or more', isCount];
const countOrNull: Rule = ['a whole number, 1 or more, or null', (value) => value === null || isCount(value)];
const flag: Rule = ['true or false', (value) => typeof value === 'boolean'];
const positive: Rule = ['a number above 0', (value) => typeof value === 'number' && value > 0 && value < 1e6];

const RULES: Readonly<Record<keyof UNet2DConfig, Rule>> = {
  sample_size: [
    'a size, two of them, or null',
    (value) => value === null || isCount(value) || (Array.isArray(value) && value.length === 2 && value.every(isCount)),
  ],
  in_channels: count,
  out_channels: count,
  center_input_sample: flag,
  time_embedding_type: oneOf('positional', 'fourier', 'learned'),
  time_embedding_dim: countOrNull,
  freq_shift: ['a number', (value) => typeof value === 'number' && Number.isFinite(value)],
  flip_sin_to_cos: flag,
  down_block_types: listOf(DOWN_BLOCKS),
  mid_block_type: oneOf('UNetMidBlock2D', null),
  up_block_types: listOf(UP_BLOCKS),
  block_out_channels: [
    'a list of whole numbers, 1 or more',
    (value) => Array.isArray(value) && value.length > 0 && value.every(isCount),
  ],
  layers_per_block: count,
  mid_block_scale_factor: positive,
  downsample_padding: oneOf(0, 1),
  downsample_type: oneOf('conv', 'resnet'),
  upsample_type: oneOf('conv', 'resnet'),
  dropout: ['a share from 0 to below 1', (value) => typeof value === 'number' && value >= 0 && value < 1],
  act_fn: oneOf('silu', 'swish', 'mish', 'gelu', 'relu'),
  attention_head_dim: countOrNull,
  norm_num_groups: countOrNull,
  attn_norm_num_groups: countOrNull,
  norm_eps: positive,
  resnet_time_scale_shift: oneOf('default', 'scale_shift'),
  add_attention: flag,
  class_embed_type: oneOf(null, 'timestep', 'identity'),
  num_class_embeds: countOrNull,
  num_train_timesteps: countOrNull,
  resnet_out_scale_factor: positive,
  num_attention_heads: count,
};
const NAMES = Object.keys(RULES) as (keyof UNet2DConfig)[];

/** Blocks and layers of a network, at most: a file may ask for any number. */
const MOST_BLOCKS = 16;
const MOST_LAYERS = 64;

/**
 * Returns diffusers' `config.json`, or a part of it, with its defaults filled in. Names that begin with `_` say what wrote it
 * and are left out.
 *
 * @throws DenoiserError for another kind of network, an unknown name, or a value that no such network has.
 */
export function completeUNet2DConfig(given: Readonly<Record<string, unknown>>): UNet2DConfig {
  const kind = given._class_name;
  if (kind !== undefined && kind !== 'UNet2DModel') {
    refuse(`the configuration is of ${inJson(kind)}, not of UNet2DModel; only this one can be built`);
  }
  const names = Object.keys(given).filter((name) => !name.startsWith('_') && given[name] !== undefined);
  const unknown = names.find((name) => !Object.hasOwn(RULES, name));
  if (unknown !== undefined) {
    refuse(`it has no \`${unknown.slice(0, 100)}\`; ${theNearest(unknown.slice(0, 100), NAMES, inBackticks)}`);
  }
  const values = { ...DEFAULTS, ...Object.fromEntries(names.map((name) => [name, presentValue(name, given[name])])) };
  for (const name of NAMES) {
    const value = values[name];
    if (value === undefined) continue;
    const [rule, holds] = RULES[name];
    if (!holds(value)) refuse(`\`${name}\` must be ${rule}, but is ${inJson(value)}`);
  }
  checkTogether(values as UNet2DConfig);
  return values as UNet2DConfig;
}

/** Returns a value without what diffusers itself took off: block types had the prefix UNetRes once. */
function presentValue(name: string, value: unknown): unknown {
  if (!name.endsWith('_block_types') || !Array.isArray(value)) return value;
  return value.map((type) => (typeof type === 'string' ? type.replace(/^UNetRes/, '') : type));
}

/** Checks what values say of one another. */
function checkTogether(config: UNet2DConfig): void {
  const { in_channels, out_channels, block_out_channels, down_block_types, up_block_types, layers_per_block } = config;
  const blocks = block_out_channels.length;
  if (down_block_types.length !== blocks || up_block_types.length !== blocks) {
    refuse(
      `\`block_out_channels\`, \`down_block_types\` and \`up_block_types\` must be as long as one another, but have ${blocks}, ${down_block_types.length} and ${up_block_types.length}`,
    );
  }
  if (blocks > MOST_BLOCKS || layers_per_block > MOST_LAYERS) {
    refuse(
      `it can have ${MOST_BLOCKS} blocks of ${MOST_LAYERS} layers, but ${blocks} of ${layers_per_block} are given`,
    );
  }
  if (out_channels !== in_channels && out_channels !== 2 * in_channels) {
    refuse(
      `\`out_channels\` must be \`in_channels\`, or twice as many for a learned variance, but they are ${out_channels} and ${in_channels}`,
    );
  }
  for (const [name, types] of Object.entries({ down_block_types, up_block_types })) {
    const skips = types.filter((type: string) => type.includes('Skip')).length;
    if (skips > 0 && skips < types.length) {
      refuse(`\`${name}\` must have Skip in all of its types or in none, but has it in ${skips} of ${types.length}`);
    }
    const channels = name === 'down_block_types' ? in_channels : out_channels;
    if (skips > 0 && channels !== 3) {
      refuse(`\`${name}\` with Skip are for images of 3 channels, but there are ${channels}; take others`);
    }
  }
  if (config.time_embedding_type === 'learned' && config.num_train_timesteps === null) {
    refuse("a learned `time_embedding_type` needs `num_train_timesteps`, how many times it knows; give the process's");
  }
  const half = Math.floor((block_out_channels[0] as number) / 2);
  if (config.time_embedding_type === 'positional' && !(half > config.freq_shift)) {
    refuse(
      `\`freq_shift\` must be below half of the first \`block_out_channels\`, ${half}, but is ${config.freq_shift}`,
    );
  }
  if (config.class_embed_type !== null && config.num_class_embeds !== null) {
    refuse('`num_class_embeds` goes with the `class_embed_type` null only; leave one of them out');
  }
}

function refuse(what: string): never {
  throw new NetworkError('option-invalid', `The UNet2DModel cannot be built: ${what}.`);
}

/** Returns a value of JSON as text, cut where it gets long. */
function inJson(value: unknown): string {
  const text = written(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}

/** A value as JSON, unless it is nested deeper than can be written. */
function written(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return 'nested without end';
  }
}
