import { NetworkError } from '../errors';
import type { UNet2DConfig } from './config';

/**
 * A UNet2DModel as numbers: every layer with its name and sizes, in the order in which they run. Network, names of other
 * programs' files and exporters are made of it.
 */
export type UNet2DPlan = {
  /** Width of the time embedding. */
  readonly timeDim: number;
  /** Width of what the time embedding is made of. */
  readonly timeInput: number;
  readonly down: readonly BlockPlan[];
  /** Residual block, attention, residual block. */
  readonly mid?: readonly [ResnetPlan, AttentionPlan | undefined, ResnetPlan];
  readonly up: readonly BlockPlan[];
  /** Groups of the last norm. */
  readonly outGroups: number;
};

/** The layers at one size, and the way to the next. */
export type BlockPlan = {
  readonly layers: readonly { readonly resnet: ResnetPlan; readonly attention?: AttentionPlan }[];
  /** After all layers. */
  readonly attention?: AttentionPlan;
  readonly sampler?: ResnetPlan | SamplerPlan;
  /** How the image itself goes along, at every size, in blocks with Skip. */
  readonly skip?: SkipPlan;
};

/** A residual block (He et al. 2016, arXiv:1512.03385), conditioned on time. */
export type ResnetPlan = {
  readonly kind: 'resnet';
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly groups: number;
  readonly groupsOut: number;
  /** What the sum with the input is divided by. */
  readonly scale: number;
  readonly resample?: { readonly to: 'half' | 'twice'; readonly by: 'pixels' | 'fir' };
  /** Whether the input goes through a convolution before the sum. */
  readonly shortcut: boolean;
};

/** Attention of all pixels to all pixels. */
export type AttentionPlan = {
  readonly kind: 'attention';
  readonly name: string;
  readonly channels: number;
  readonly heads: number;
  /** Channels of a head. */
  readonly width: number;
  /** null: there is no norm. */
  readonly groups: number | null;
  readonly scale: number;
};

/** A convolution to half the size, or one after repeating pixels to twice the size. */
export type SamplerPlan = {
  readonly kind: 'half' | 'twice';
  readonly name: string;
  readonly channels: number;
};

export type SkipPlan = {
  /** The prefix of its layers' names. */
  readonly name: string;
  readonly channels: number;
  readonly groups: number;
};

/** The blocks with Skip divide by this (Song et al. 2021, arXiv:2011.13456). */
const SKIP_SCALE = Math.SQRT2;
/** Groups of their attention. */
const SKIP_ATTENTION_GROUPS = 32;

/** Returns the plan of a configuration. */
export function planUNet2D(config: UNet2DConfig): UNet2DPlan {
  const { block_out_channels: widths, layers_per_block: layers, down_block_types, up_block_types } = config;
  const { resnet_out_scale_factor: plain = 1, mid_block_scale_factor } = config;
  const last = widths.length - 1;
  const first = widths[0] as number;
  const widest = widths[last] as number;

  const groupsOf = (channels: number) => config.norm_num_groups ?? quarter(channels);
  const resnet = (name: string, from: number, to: number, rest: Partial<ResnetPlan> = {}): ResnetPlan => {
    const isSkip = rest.resample?.by === 'fir';
    const plan: ResnetPlan = {
      ...{ kind: 'resnet', name, from, to, groups: groupsOf(from), groupsOut: groupsOf(to) },
      ...{ scale: plain, shortcut: from !== to || isSkip },
      ...rest,
    };
    checkGroups(name, from, plan.groups);
    checkGroups(name, to, plan.groupsOut);
    return plan;
  };
  const attention = (name: string, channels: number, groups: number | null, scale: number): AttentionPlan => {
    const { num_attention_heads, attention_head_dim } = config;
    const width = num_attention_heads ? channels / num_attention_heads : (attention_head_dim ?? channels);
    const heads = num_attention_heads ?? Math.floor(channels / width);
    if (heads < 1 || !Number.isInteger(width)) {
      const option = num_attention_heads ? 'num_attention_heads' : 'attention_head_dim';
      refuse(`\`${option}\` is ${config[option]}, but ${name} has ${channels} channels; take another`);
    }
    if (groups !== null) checkGroups(name, channels, groups);
    return { kind: 'attention', name, channels, heads, width, groups, scale };
  };
  /** What blocks of a type have in common. */
  const block = (prefix: string, type: string, to: number, inputs: readonly Input[], kind: 'half' | 'twice') => {
    const isSkip = type.includes('Skip');
    const hasAttention = type.startsWith('Attn');
    const scale = isSkip ? SKIP_SCALE : plain;
    const attentionOf = (index: number) =>
      attention(`${prefix}.attentions.${index}`, to, isSkip ? SKIP_ATTENTION_GROUPS : groupsOf(to), scale);
    // The up block with Skip and attention has one, after all layers.
    const single = hasAttention && isSkip && kind === 'twice';
    return {
      layers: inputs.map(({ from, skipGroups }, index) => ({
        resnet: resnet(`${prefix}.resnets.${index}`, from, to, {
          scale,
          ...(isSkip && { groups: skipGroups, groupsOut: quarter(to) }),
        }),
        ...(hasAttention && !single && { attention: attentionOf(index) }),
      })),
      ...(single && { attention: attentionOf(0) }),
    };
  };
  const samplerOf = (prefix: string, type: string, channels: number, kind: 'half' | 'twice') => {
    const [part, byResnet, chosen] =
      kind === 'half'
        ? (['downsamplers', 'ResnetDownsampleBlock2D', config.downsample_type] as const)
        : (['upsamplers', 'ResnetUpsampleBlock2D', config.upsample_type] as const);
    if (type.includes('Skip')) {
      return resnet(`${prefix}.resnet_${kind === 'half' ? 'down' : 'up'}`, channels, channels, {
        scale: SKIP_SCALE,
        ...{ groups: quarter(channels), groupsOut: quarter(channels) },
        resample: { to: kind, by: 'fir' },
      });
    }
    if (type === byResnet || (type.startsWith('Attn') && chosen === 'resnet')) {
      return resnet(`${prefix}.${part}.0`, channels, channels, { resample: { to: kind, by: 'pixels' } });
    }
    return { kind, name: `${prefix}.${part}.0`, channels };
  };
  const skipOf = (prefix: string, type: string, channels: number) =>
    type.includes('Skip') ? { skip: { name: prefix, channels, groups: quarter(channels) } } : {};

  const down = down_block_types.map((type, index): BlockPlan => {
    const to = widths[index] as number;
    const from = widths[Math.max(0, index - 1)] as number;
    const prefix = `down_blocks.${index}`;
    const inputs = Array.from({ length: layers }, (_, layer) => inputOf(layer === 0 ? from : to));
    return {
      ...block(prefix, type, to, inputs, 'half'),
      ...(index < last && { sampler: samplerOf(prefix, type, to, 'half'), ...skipOf(prefix, type, to) }),
    };
  });
  const up = up_block_types.map((type, index): BlockPlan => {
    const to = widths[last - index] as number;
    const before = widths[Math.min(last, last - index + 1)] as number;
    const under = widths[Math.max(0, last - index - 1)] as number;
    const prefix = `up_blocks.${index}`;
    const inputs = Array.from({ length: layers + 1 }, (_, layer) => {
      const below = layer === 0 ? before : to;
      const beside = layer === layers ? under : to;
      const input = inputOf(below + beside);
      // diffusers divides only what comes from beside by four here.
      return type === 'AttnSkipUpBlock2D'
        ? { ...input, skipGroups: Math.min(below + Math.floor(beside / 4), 32) }
        : input;
    });
    return {
      ...block(prefix, type, to, inputs, 'twice'),
      ...(index < last && { sampler: samplerOf(prefix, type, to, 'twice'), ...skipOf(prefix, type, to) }),
    };
  });
  const middle = (index: number) =>
    resnet(`mid_block.resnets.${index}`, widest, widest, { scale: mid_block_scale_factor });
  const midGroups =
    config.attn_norm_num_groups ?? (config.resnet_time_scale_shift === 'default' ? groupsOf(widest) : null);
  const midAttention = () => attention('mid_block.attentions.0', widest, midGroups, mid_block_scale_factor);
  const outGroups = groupsOf(first);
  checkGroups('conv_norm_out', first, outGroups);
  return {
    timeDim: config.time_embedding_dim ?? 4 * first,
    timeInput: config.time_embedding_type === 'fourier' ? 2 * first : first,
    down,
    ...(config.mid_block_type !== null && {
      mid: [middle(0), config.add_attention ? midAttention() : undefined, middle(1)],
    }),
    up,
    outGroups,
  };
}

/** What a residual block takes, and the groups of its first norm in a block with Skip. */
type Input = { readonly from: number; readonly skipGroups: number };

const inputOf = (from: number): Input => ({ from, skipGroups: quarter(from) });

/** A quarter of the channels, at most 32. */
const quarter = (channels: number): number => Math.min(Math.floor(channels / 4), 32);

function checkGroups(name: string, channels: number, groups: number): void {
  if (groups > 0 && channels % groups === 0) return;
  refuse(
    `${name} has ${channels} channels, which ${groups} groups don't divide; change \`norm_num_groups\` or \`block_out_channels\``,
  );
}

function refuse(what: string): never {
  throw new NetworkError('option-invalid', `The UNet2DModel cannot be built: ${what}.`);
}
