import { compiling, untilAborted } from '@denoiser/ops';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { wrongOutput } from './denoiser-fault';
import { bothBranches, isGuided, type ModelInput, mixBranches } from './guidance';
import { isTensor } from './is-tensor';
import type { AsyncDenoiser, Conditioning, Denoiser, Guidance } from './types';

interface CallOptions {
  readonly denoiser: Denoiser | AsyncDenoiser;
  readonly x: Tensor4D;
  readonly time: number;
  /** σ/α, for guidance with an interval. */
  readonly noiseRatio?: number;
  readonly conditioning?: Conditioning;
  readonly guidance?: Guidance;
  readonly learnedVariance: boolean;
  /** Whether a graphics card compiles the model's programs before it is called. */
  readonly compileFirst?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Calls the model once, or on both branches of guidance. The caller owns the output; everything else is disposed. */
export async function callDenoiser(options: CallOptions): Promise<Tensor4D> {
  const { denoiser, x, conditioning, guidance } = options;
  const time = tf.tensor1d(new Float32Array(x.shape[0]).fill(options.time)); // an upload, which takes no kernel
  if (!isGuided(guidance, conditioning, options.noiseRatio)) {
    try {
      return await call(denoiser, { x, time, conditioning }, options);
    } finally {
      time.dispose();
    }
  }
  const both = tf.tidy(() => ({ ...bothBranches({ x, time, conditioning }, guidance.negative) }));
  time.dispose();
  try {
    const output = await call(denoiser, both, options);
    try {
      return mixBranches(output, guidance, options.learnedVariance);
    } finally {
      output.dispose();
    }
  } finally {
    tf.dispose([both.x, both.time, both.conditioning?.labels as Tensor1D]);
  }
}

/**
 * The model's answer. What a synchronous model makes on the way is disposed; an asynchronous one sees to that itself.
 *
 * @throws DenoiserError where the answer is no tensor of the shape that it must have.
 */
async function call(
  denoiser: Denoiser | AsyncDenoiser,
  { x, time, conditioning }: ModelInput,
  { learnedVariance, compileFirst, signal }: Pick<CallOptions, 'learnedVariance' | 'compileFirst' | 'signal'>,
): Promise<Tensor4D> {
  if (compileFirst) await compiling(() => void untilAborted(signal, () => denoiser(x, time, conditioning)));
  const engine = tf.engine();
  let answer: Tensor4D | Promise<Tensor4D> | undefined;
  engine.startScope();
  try {
    answer = untilAborted<Tensor4D | Promise<Tensor4D>>(signal, () => denoiser(x, time, conditioning));
  } finally {
    // Tensors of an asynchronous model are still at work: they leave the scope with it.
    engine.endScope(answer instanceof Promise ? [...engine.state.activeScope.track] : answer);
  }
  const output: unknown = await answer;
  const [B, H, W, C] = x.shape;
  const wanted = [B, H, W, learnedVariance ? 2 * C : C];
  if (isTensor(output)) {
    if (tf.util.arraysEqual(output.shape, wanted)) return output;
    output.dispose();
  }
  const got = isTensor(output) ? `[${output.shape}]` : output === undefined ? output : 'what is no tensor';
  wrongOutput(got, `[${wanted}]`, learnedVariance);
}
