import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compose, type Layer } from '../layer';
import { convolution, embeddingTable, type GroupNormCall, groupNormLayer } from '../layers';
import { activate, attentionBlock, type Block, type BlockOptions, resnetBlock, samplerBlock } from './blocks';
import type { UNet2DConfig } from './config';
import { embeddingMlp, timeProjection, withoutNone } from './embeddings';
import type { AttentionPlan, BlockPlan, ResnetPlan, SamplerPlan, UNet2DPlan } from './plan';
import { firHalf, firTwice } from './resample';

/**
 * diffusers' UNet2DModel: the U-Net of Ho et al. 2020 (arXiv:2006.11239), with the changes of Nichol & Dhariwal 2021
 * (arXiv:2102.09672), Dhariwal & Nichol 2021 (ADM, arXiv:2105.05233) and Song et al. 2021 (NCSN++, arXiv:2011.13456).
 *
 *     conv_in ─ block ─┬─ block ─┬─ … ─ middle ─ … ─ block ─ block ─ norm, conv_out
 *                      └─────────┴────── beside ──────┴───────┘
 *
 * What every layer of the way down gives goes beside into one layer of the way up.
 */
export function network(
  config: UNet2DConfig,
  plan: UNet2DPlan,
): Layer<(x: Tensor4D, time: Tensor1D, labels?: Tensor) => Tensor4D> {
  const { timeDim, timeInput } = plan;
  const { in_channels, out_channels, act_fn, class_embed_type, num_class_embeds } = config;
  const first = config.block_out_channels[0] as number;
  const options: BlockOptions = { ...config, timeDim };
  const norm = { epsilon: config.norm_eps, activation: 'silu' } as const; // of the ends, whatever the blocks have

  const blocks: Record<string, Layer<Block>> = {};
  const norms: Record<string, Layer<GroupNormCall>> = {};
  const add = (part: ResnetPlan | AttentionPlan | SamplerPlan | undefined) => {
    if (part) blocks[part.name] = blockOf(part, options);
  };
  const addAll = (way: readonly BlockPlan[], isUp: boolean) => {
    for (const { layers, attention, sampler, skip } of way) {
      for (const layer of layers) {
        add(layer.resnet);
        add(layer.attention);
      }
      add(attention);
      add(sampler);
      if (!skip) continue;
      const { name, channels, groups } = skip;
      if (isUp) norms[`${name}.skip_norm`] = groupNormLayer(channels, { groups, ...norm });
      const conv: Layer<(x: Tensor4D) => Tensor4D> = isUp ? convolution(3, channels, 3) : convolution(1, 3, channels);
      blocks[`${name}.skip_conv`] = conv;
    }
  };
  addAll(plan.down, false);
  for (const part of plan.mid ?? []) add(part);
  addAll(plan.up, true);

  const embeddings = {
    time_proj: timeProjection(config),
    time_embedding: embeddingMlp(timeInput, timeDim),
  };
  const classTable =
    class_embed_type === null && num_class_embeds !== null && embeddingTable(num_class_embeds, timeDim);
  const classEmbeddings = {
    ...(classTable && { class_embedding: classTable }),
    ...(class_embed_type === 'timestep' && { class_embedding: embeddingMlp(timeInput, timeDim) }),
  } as { class_embedding?: Layer<(labels: Tensor) => Tensor2D> };
  const ends = {
    conv_in: convolution(3, in_channels, first),
    conv_norm_out: groupNormLayer(first, { groups: plan.outGroups, ...norm }),
    conv_out: convolution(3, first, out_channels),
  };
  const children = { ...embeddings, ...classEmbeddings, ...ends, ...blocks, ...norms };

  return compose(children as typeof embeddings & typeof ends & typeof classEmbeddings, (m) => {
    const run = m as unknown as Record<string, Block>;
    const normOf = m as unknown as Record<string, GroupNormCall>;
    const through = (
      part: { readonly name: string; readonly kind: string } | undefined,
      x: Tensor4D,
      emb: Tensor2D,
    ) => {
      if (!part) return x;
      const block = run[part.name] as Block;
      return part.kind === 'resnet' ? block(x, emb) : block(x);
    };
    const classPart = (labels: Tensor): Tensor2D | undefined => {
      if (class_embed_type === 'identity') return labels as Tensor2D;
      if (!m.class_embedding) return undefined;
      if (class_embed_type === null) return m.class_embedding(labels);
      return withoutNone(m.class_embedding(m.time_proj(labels as Tensor1D)), labels);
    };

    return (given: Tensor4D, time: Tensor1D, labels?: Tensor) => {
      // Every residual block begins with the activation of the same embedding: computed once. [B, timeDim]
      const embedding = tf.tidy(() => {
        const timePart = m.time_embedding(m.time_proj(time));
        const labelPart = labels && classPart(labels);
        return activate(act_fn, labelPart ? tf.add(timePart, labelPart) : timePart) as Tensor2D;
      });
      const image = config.center_input_sample ? (tf.sub(tf.mul(given, 2), 1) as Tensor4D) : given;
      let x = m.conv_in(image); // [B, H, W, first]
      const beside = [x];
      let skip: Tensor4D | undefined = image;
      for (const block of plan.down) {
        for (const { resnet, attention } of block.layers) {
          x = through(attention, through(resnet, x, embedding), embedding);
          beside.push(x);
        }
        if (!block.sampler) continue;
        x = through(block.sampler, x, embedding); // [B, H/2, W/2, C]
        if (block.skip) {
          skip = firHalf(skip as Tensor4D); // [B, H/2, W/2, 3]
          x = tf.add((run[`${block.skip.name}.skip_conv`] as Block)(skip), x);
        }
        beside.push(x);
      }
      for (const part of plan.mid ?? []) x = through(part, x, embedding);
      skip = undefined;
      for (const block of plan.up) {
        for (const { resnet, attention } of block.layers) {
          const both = tf.concat([x, beside.pop() as Tensor4D], 3); // [B, H, W, below + beside]
          x = through(attention, through(resnet, both, embedding), embedding);
        }
        x = through(block.attention, x, embedding);
        skip = skip && firTwice(skip);
        if (block.skip) {
          const { name } = block.skip;
          const part = (run[`${name}.skip_conv`] as Block)((normOf[`${name}.skip_norm`] as GroupNormCall)(x)); // [B, H, W, 3]
          skip = skip ? tf.add(skip, part) : part;
        }
        x = through(block.sampler, x, embedding); // [B, 2H, 2W, C]
      }
      let y: Tensor4D = m.conv_out(m.conv_norm_out(x)); // [B, H, W, out]
      if (skip) y = tf.add(y, skip);
      // A network of σ gives the noise times the time that it was told.
      if (config.time_embedding_type === 'fourier') y = tf.div(y, tf.reshape(tf.cast(time, 'float32'), [-1, 1, 1, 1]));
      return y;
    };
  });
}

function blockOf(part: ResnetPlan | AttentionPlan | SamplerPlan, options: BlockOptions): Layer<Block> {
  if (part.kind === 'resnet') return resnetBlock(part, options);
  if (part.kind === 'attention') return attentionBlock(part, options);
  return samplerBlock(part, options);
}
