import { silu } from '@denoiser/ops';
import type { Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compose, type Layer } from '../layer';
import { conv1x1, embeddingTable } from '../layers';
import { timeEmbedding } from '../time-embedding';
import { doubleConv, down, selfAttention, up } from './blocks';
import type { UNetConfig } from './config';

/**
 * The original U-Net: ε_θ(x_t, t) of Ho et al. 2020 (arXiv:2006.11239) after Ronneberger et al. 2015 (arXiv:1505.04597),
 * with a transformer block at every size but the first. With w = baseWidth and an image of 64×64:
 *
 *     inc 3→w @64 ─────────────────────────────────────────── up3 2w→w @64 · sa6 · outc w→3
 *       down1 w→2w @32 · sa1 ─────────────────────── up2 4w→w @32 · sa5
 *         down2 2w→4w @16 · sa2 ───────── up1 8w→2w @16 · sa4
 *           down3 4w→4w @8 · sa3 · bot 4w→8w→8w→4w
 *
 * With a learned variance (Nichol & Dhariwal 2021, arXiv:2102.09672) outc gives 2 × 3 channels: ε and v.
 */
export function network({
  channels,
  baseWidth: w,
  timeDim,
  classes,
  learnedVariance = false,
}: UNetConfig): Layer<(x: Tensor4D, time: Tensor1D, labels?: Tensor1D) => Tensor4D> {
  const body = {
    inc: doubleConv(channels, w),
    down1: down(w, 2 * w, timeDim),
    sa1: selfAttention(2 * w),
    down2: down(2 * w, 4 * w, timeDim),
    sa2: selfAttention(4 * w),
    down3: down(4 * w, 4 * w, timeDim),
    sa3: selfAttention(4 * w),
    bot1: doubleConv(4 * w, 8 * w),
    bot2: doubleConv(8 * w, 8 * w),
    bot3: doubleConv(8 * w, 4 * w),
    up1: up(8 * w, 2 * w, timeDim),
    sa4: selfAttention(2 * w),
    up2: up(4 * w, w, timeDim),
    sa5: selfAttention(w),
    up3: up(2 * w, w, timeDim),
    sa6: selfAttention(w),
    outc: conv1x1(w, learnedVariance ? 2 * channels : channels),
  };
  const conditions = classes === undefined ? {} : { label_emb: embeddingTable(classes, timeDim) };
  const children: typeof body & Partial<{ label_emb: ReturnType<typeof embeddingTable> }> = { ...body, ...conditions };

  return compose(children, (m) => (x: Tensor4D, time: Tensor1D, labels?: Tensor1D) => {
    // Every block begins with the SiLU of the same embedding: computed once. [B, timeDim]
    const embedding = tf.tidy(() => {
      const timePart = timeEmbedding(time, timeDim);
      return silu(labels && m.label_emb ? tf.add(timePart, m.label_emb(labels)) : timePart) as Tensor2D;
    });
    const x1 = m.inc(x); // [B, H, W, w]
    const x2 = m.sa1(m.down1(x1, embedding)); // [B, H/2, W/2, 2w]
    const x3 = m.sa2(m.down2(x2, embedding)); // [B, H/4, W/4, 4w]
    const x4 = m.sa3(m.down3(x3, embedding)); // [B, H/8, W/8, 4w]
    const bottom = m.bot3(m.bot2(m.bot1(x4))); // [B, H/8, W/8, 4w]
    const y3 = m.sa4(m.up1(bottom, x3, embedding)); // [B, H/4, W/4, 2w]
    const y2 = m.sa5(m.up2(y3, x2, embedding)); // [B, H/2, W/2, w]
    const y1 = m.sa6(m.up3(y2, x1, embedding)); // [B, H, W, w]
    return m.outc(y1); // [B, H, W, channels or twice as many]
  });
}
