import { linearCombination } from '@denoiser/ops';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Conditioning, Guidance } from './types';

/** What one call of the model is given. */
export interface ModelInput {
  readonly x: Tensor4D;
  readonly time: Tensor1D;
  readonly conditioning?: Conditioning;
}

/** Returns whether guidance needs a second branch at this σ/α. */
export function isGuided(
  guidance: Guidance | undefined,
  conditioning: Conditioning | undefined,
  noiseRatio = 1,
): guidance is Guidance {
  if (guidance === undefined || conditioning?.labels === undefined) return false;
  const [min, max] = guidance.interval ?? [0, Number.POSITIVE_INFINITY];
  return guidance.scale !== 0 && guidance.scale !== 1 && min <= noiseRatio && noiseRatio <= max;
}

/** Returns both branches in one batch [2B, …], the one to lead away from first. Called within a tidy. */
export function bothBranches({ x, time, conditioning }: ModelInput, negative = -1): ModelInput {
  const labels = conditioning?.labels as Tensor1D;
  const away = tf.fill(labels.shape, negative, 'int32');
  return {
    x: tf.concat([x, x]),
    time: tf.concat([time, time]),
    conditioning: { ...conditioning, labels: tf.concat([away, labels]) as Tensor1D },
  };
}

/**
 * Mixes both branches, [2B, H, W, C] → [B, H, W, C]. A learned variance is not extrapolated: the labelled branch's is
 * taken.
 */
export function mixBranches(output: Tensor4D, guidance: Guidance, learnedVariance: boolean): Tensor4D {
  return tf.tidy(() => {
    const [away, labelled] = tf.split(output, 2) as [Tensor4D, Tensor4D];
    if (!learnedVariance) return mix(away, labelled, guidance);
    const [meanAway] = tf.split(away, 2, 3) as [Tensor4D];
    const [mean, variance] = tf.split(labelled, 2, 3) as [Tensor4D, Tensor4D];
    return tf.concat([mix(meanAway, mean, guidance), variance], 3);
  });
}

function mix(away: Tensor4D, labelled: Tensor4D, { scale, rescale = 0 }: Guidance): Tensor4D {
  const guided = linearCombination([away, labelled], [1 - scale, scale]);
  if (rescale === 0) return guided;
  const deviation = (x: Tensor4D) => tf.sqrt(tf.moments(x, [1, 2, 3], true).variance); // [B, 1, 1, 1]
  const ratio = tf.divNoNan(deviation(labelled), deviation(guided));
  return tf.mul(guided, tf.add(tf.mul(ratio, rescale), 1 - rescale));
}
