import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { bothBranches, isGuided, type ModelInput, mixBranches } from './guidance';
import type { AsyncDenoiser, Conditioning, Denoiser, Guidance } from './types';

/** One evaluation of the model, under guidance if there is any. The output is given away, everything else disposed. */
export async function evaluate(options: {
  readonly denoiser: Denoiser | AsyncDenoiser;
  readonly x: Tensor4D;
  readonly time: number;
  /** σ/α, for guidance with an interval. */
  readonly noiseRatio?: number;
  readonly conditioning?: Conditioning;
  readonly guidance?: Guidance;
  readonly learnedVariance: boolean;
}): Promise<Tensor4D> {
  const { denoiser, x, conditioning, guidance, learnedVariance } = options;
  const time = tf.fill([x.shape[0]], options.time) as Tensor1D;
  if (!isGuided(guidance, conditioning, options.noiseRatio)) {
    try {
      return await call(denoiser, { x, time, conditioning });
    } finally {
      time.dispose();
    }
  }
  const both = tf.tidy(() => ({ ...bothBranches({ x, time, conditioning }, guidance.negative) }));
  time.dispose();
  try {
    const output = await call(denoiser, both);
    try {
      return mixBranches(output, guidance, learnedVariance);
    } finally {
      output.dispose();
    }
  } finally {
    tf.dispose([both.x, both.time, both.conditioning?.labels as Tensor1D]);
  }
}

/** What a synchronous model makes on the way is disposed; an asynchronous one sees to that itself. */
function call(denoiser: Denoiser | AsyncDenoiser, { x, time, conditioning }: ModelInput): Tensor4D | Promise<Tensor4D> {
  const engine = tf.engine();
  let output: Tensor4D | Promise<Tensor4D> | undefined;
  engine.startScope();
  try {
    output = denoiser(x, time, conditioning);
  } finally {
    // Tensors of an asynchronous model are still at work: they leave the scope with it.
    engine.endScope(output instanceof Promise ? [...engine.state.activeScope.track] : output);
  }
  return output;
}
