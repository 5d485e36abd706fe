import { allocating, type BatchShape, randomNormal, STREAMS } from '@denoiser/ops';
import { type Tensor4D, util } from '@tensorflow/tfjs-core';
import { callDenoiser } from './call-denoiser';
import { SamplerError } from './errors';
import { begin, execute, type Known, type RunState } from './execute';
import { isTensor } from './is-tensor';
import type { Plan } from './plan';
import type { SavedState } from './saved-state';
import { restore } from './saved-tensors';
import { tensorArithmetic } from './tensor-arithmetic';
import type { AsyncDenoiser, Conditioning, Denoiser, Guidance, NoiseSource, SamplingStep } from './types';

export interface SampleOptions {
  readonly denoiser: Denoiser | AsyncDenoiser;
  readonly plan: Plan;
  /** [B, H, W, C] of the images. */
  readonly shape: BatchShape;
  /** Default 0. Image i of a seed is the same in every batch and on every backend. */
  readonly seed?: number;
  /** Numbers of the images; default 0 … B − 1. */
  readonly indices?: readonly number[];
  readonly conditioning?: Conditioning;
  readonly guidance?: Guidance;
  /** Default: Philox normals by seed and indices. */
  readonly noise?: NoiseSource;
  /** Image-to-image: an image [B, H, W, C] that the plan's first level is reached from. Borrowed. */
  readonly image?: Tensor4D;
  /** Inpainting: the image is kept where the mask ([B or 1, H, W, C or 1]) is 0 and filled where it is 1. Borrowed. */
  readonly inpaint?: Known<Tensor4D>;
  /** Goes on where another run of the same plan, model, seed and indices was saved. */
  readonly resume?: SavedState;
  /**
   * Whether the denoiser answers at once and changes nothing, as networks of `@denoiser/unet` do: then it is called once more at the
   * beginning, for a graphics card to compile its programs beside each other. Default false.
   */
  readonly compileFirst?: boolean;
  readonly signal?: AbortSignal;
}

/** A step on tensors, with the state that `saveState` takes. */
export type TensorStep = SamplingStep & { readonly state: RunState<Tensor4D> };

/**
 * Runs a plan on a model: `for await (const { index, total, x, x0 } of sample({ denoiser, plan, shape }))`. x and x0
 * are borrowed until the next step. Whatever ends the loop, nothing is left behind.
 *
 * @throws DenoiserError if indices or labels are not B, if the state to resume does not fit the run, or if the denoiser or the
 * source of noise returns anything but a tensor of the shape it must have; `out-of-memory` where a graphics card has no room for a step; the
 * signal's reason when it is aborted.
 */
export async function* sample(options: SampleOptions): AsyncGenerator<TensorStep, void, undefined> {
  const { denoiser, plan, shape, seed = 0, conditioning, guidance, signal } = options;
  const indices = options.indices ?? Array.from({ length: shape[0] }, (_, i) => i);
  checkBatch('indices', indices.length, shape[0]);
  if (conditioning?.labels) checkBatch('labels', conditioning.labels.size, shape[0]);
  const source = options.noise ?? philoxNoise(seed);
  const noise = (purpose: 'initial' | 'step' | 'known', step: number): Tensor4D =>
    checkNoise(source({ purpose, step, shape, indices }), shape);
  let isFirst = true;
  yield* execute<Tensor4D>({
    plan,
    arithmetic: tensorArithmetic,
    start: options.resume
      ? restore(options.resume, plan, [...shape])
      : begin(plan, tensorArithmetic, noise, options.image),
    callModel(scaled, time, noiseRatio) {
      const call = (compileFirst = false) =>
        callDenoiser({
          denoiser,
          x: scaled,
          time,
          noiseRatio,
          conditioning,
          guidance,
          learnedVariance: plan.learnedVariance,
          compileFirst,
          signal,
        });
      if (!isFirst) return call();
      isFirst = false;
      return allocating(() => call(options.compileFirst)); // all steps take the same memory
    },
    noise,
    ...(options.inpaint && { known: options.inpaint }),
    ...(signal && { signal }),
  });
}

/** Returns noise that is a tensor of the shape it must have; disposes other ones. */
function checkNoise(noise: unknown, shape: BatchShape): Tensor4D {
  if (isTensor(noise)) {
    if (util.arraysEqual(noise.shape, [...shape])) return noise;
    noise.dispose();
  }
  throw new SamplerError(
    'shape-invalid',
    `The noise source returned ${isTensor(noise) ? `[${noise.shape}]` : 'no tensor'}, but must return [${shape}], a normal for each value of the images.`,
  );
}

/** Runs a plan to its end and returns the images [B, H, W, C], which the caller disposes. `onStep` may be async. */
export async function sampleImages(
  options: SampleOptions & { readonly onStep?: (step: TensorStep) => void | Promise<void> },
): Promise<Tensor4D> {
  for await (const step of sample(options)) {
    await options.onStep?.(step);
    if (step.index === step.total - 1) return step.x.clone();
  }
  throw new SamplerError('plan-invalid', 'The plan has no steps; create it with at least one.');
}

/**
 * Returns the default source of noise, a pure function of (seed, purpose, step, image), see `randomNormal` of
 * `@denoiser/ops`.
 */
export function philoxNoise(seed: number): NoiseSource {
  const streams = { initial: STREAMS.initialNoise, step: STREAMS.samplingNoise, known: STREAMS.inpainting };
  return ({ purpose, step, shape, indices }) =>
    randomNormal([...shape] as [number, number, number, number], { seed, stream: streams[purpose], step, indices });
}

function checkBatch(name: string, got: number, batch: number): void {
  if (got !== batch) {
    throw new SamplerError('shape-invalid', `There must be as many ${name} as images, ${batch}, but there are ${got}.`);
  }
}
