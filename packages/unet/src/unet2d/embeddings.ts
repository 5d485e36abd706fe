import { silu } from '@denoiser/ops';
import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compose, type Layer, layer, type ParameterSpec } from '../layer';
import { dense, embeddingTable } from '../layers';
import { timeEmbedding } from '../time-embedding';
import type { UNet2DConfig } from './config';

/** What is made of times, or of labels that are numbers, before any weight but the embedding's own. [B] → [B, width] */
export function timeProjection(config: UNet2DConfig): Layer<(time: Tensor1D) => Tensor2D> {
  const width = config.block_out_channels[0] as number;
  if (config.time_embedding_type === 'fourier') return fourierProjection(width);
  if (config.time_embedding_type === 'learned') return timeTable(config.num_train_timesteps as number, width);
  const options = { freqShift: config.freq_shift, cosinesFirst: config.flip_sin_to_cos };
  return layer({}, () => (time) => timeEmbedding(time, width, options));
}

/** Spread of the random frequencies. */
const FOURIER_DEVIATION = 16;

/**
 * Random Fourier features of the logarithm of the time (Tancik et al. 2020, arXiv:2006.10739; Song et al. 2021,
 * arXiv:2011.13456): [sin(2π·w·ln t), cos(2π·w·ln t)], the frequencies w of which are never trained. [B] → [B, 2·width]
 */
function fourierProjection(width: number): Layer<(time: Tensor1D) => Tensor2D> {
  const weight: ParameterSpec = {
    shape: [width],
    layout: 'same',
    initial: { kind: 'normal', deviation: FOURIER_DEVIATION },
    isTrained: false,
  };
  return layer({ weight }, (p) => (time) => {
    return tf.tidy(() => {
      const logarithm = tf.reshape(tf.log(tf.cast(time, 'float32')), [-1, 1]); // [B, 1]
      const phase = tf.mul(tf.mul(logarithm, p.weight), 2 * Math.PI); // [B, width]
      return tf.concat([tf.sin(phase), tf.cos(phase)], 1) as Tensor2D; // [B, 2·width]
    });
  });
}

/** A row of a table for each time, rounded to a whole step of it. [B] → [B, width] */
function timeTable(rows: number, width: number): Layer<(time: Tensor1D) => Tensor2D> {
  const table = embeddingTable(rows, width);
  return {
    parameters: table.parameters,
    bind(parameter) {
      const call = table.bind(parameter);
      return (time) =>
        tf.tidy(() => {
          const steps = tf.clipByValue(tf.add(tf.cast(time, 'float32'), 0.5), 0, rows - 0.5);
          return call(tf.cast(steps, 'int32') as Tensor1D);
        });
    },
  };
}

/** Linear, SiLU, linear. [B, from] → [B, to] */
export function embeddingMlp(from: number, to: number): Layer<(x: Tensor2D) => Tensor2D> {
  return compose({ linear_1: dense(from, to), linear_2: dense(to, to) }, (m) => (x: Tensor2D) => {
    return m.linear_2(silu(m.linear_1(x)));
  });
}

/** Sets rows to zero whose label is −1, "none". rows [B, C], labels [B] */
export function withoutNone(rows: Tensor2D, labels: Tensor): Tensor2D {
  return tf.tidy(() => {
    const isLabel = tf.clipByValue(tf.add(tf.cast(labels, 'float32'), 1), 0, 1); // 0 for −1, 1 from 0 on
    return tf.mul(rows, tf.reshape(isLabel, [-1, 1]));
  });
}
