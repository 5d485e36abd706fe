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

/** Whether guidance needs a second branch. */
export function isGuided(guidance: Guidance | undefined, conditioning: Conditioning | undefined): guidance is Guidance {
  return guidance !== undefined && guidance.scale !== 0 && guidance.scale !== 1 && conditioning?.labels !== undefined;
}

/** Both branches in one batch [2B, …], the unlabelled one first. Called within a tidy. */
export function bothBranches({ x, time, conditioning }: ModelInput): ModelInput {
  const labels = conditioning?.labels as Tensor1D;
  const none = tf.fill(labels.shape, -1, 'int32');
  return {
    x: tf.concat([x, x]),
    time: tf.concat([time, time]),
    conditioning: { ...conditioning, labels: tf.concat([none, labels]) as Tensor1D },
  };
}

/** [2B, H, W, C] → [B, H, W, C]. A learned variance is not extrapolated: the labelled branch's is taken. */
export function mixBranches(output: Tensor4D, { scale }: Guidance, learnedVariance: boolean): Tensor4D {
  return tf.tidy(() => {
    const [without, labelled] = tf.split(output, 2);
    if (!learnedVariance) return linearCombination([without, labelled], [1 - scale, scale]);
    const [meanWithout] = tf.split(without, 2, 3);
    const [mean, variance] = tf.split(labelled, 2, 3);
    return tf.concat([linearCombination([meanWithout, mean], [1 - scale, scale]), variance], 3);
  }) as Tensor4D;
}
