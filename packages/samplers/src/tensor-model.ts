import type { BatchShape } from '@denoiser/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { callDenoiser } from './call-denoiser';
import type { ArrayModel } from './sample-arrays';
import type { AsyncDenoiser, Conditioning, Denoiser, Guidance } from './types';

/**
 * Wraps a denoiser on tensors as a model on plain arrays, for `variationalBound`, `probabilityFlowBits` and
 * `sampleArrays`; each call goes to the device and back.
 */
export function arrayModel(
  denoiser: Denoiser | AsyncDenoiser,
  options: {
    readonly shape: BatchShape;
    readonly conditioning?: Conditioning;
    readonly guidance?: Guidance;
    readonly learnedVariance?: boolean;
    readonly signal?: AbortSignal;
  },
): ArrayModel<Float64Array> {
  const { shape, learnedVariance = false, ...rest } = options;
  return async (values, time) => {
    const x = tf.tensor4d(Float32Array.from(values), [...shape]);
    let output: Tensor4D | undefined;
    try {
      output = await callDenoiser({ denoiser, x, time, learnedVariance, ...rest });
      return Float64Array.from(await output.data());
    } finally {
      tf.dispose(output ? [x, output] : x);
    }
  };
}
