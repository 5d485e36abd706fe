import { arrayArithmetic, type Numbers } from './array-arithmetic';
import { begin, execute, type Known, type RunState } from './execute';
import type { Plan } from './plan';
import { refuse } from './refuse';
import type { NoiseOf, StepOf } from './step';

/** A model on plain arrays: an ONNX session, a formula. x and the answer are flat, of the shape of the run. */
export type ArrayModel<A extends Numbers> = (x: A, time: number) => A | Promise<A>;

export type SampleArraysOptions<A extends Numbers, Stochastic extends boolean> = {
  readonly model: ArrayModel<A>;
  readonly plan: Plan<Stochastic>;
  /** [B, …]. */
  readonly shape: readonly number[];
  /** Where the channels are; 1 (default) for [B, C, H, W]. It matters where the variance is learned. */
  readonly channelAxis?: number;
  readonly indices?: readonly number[];
  readonly inpaint?: Known<A>;
  readonly resume?: RunState<A>;
  readonly signal?: AbortSignal;
} & (Stochastic extends false
  ? /** A deterministic run from an image or a state needs no noise. */
    { readonly noise: NoiseOf<A>; readonly image?: A } | { readonly noise?: NoiseOf<A>; readonly image: A }
  : { readonly noise: NoiseOf<A>; readonly image?: A });

/** A step on plain arrays, with the state that a later run can resume from. x and x0 may be kept. */
export type ArrayStep<A> = StepOf<A> & { readonly state: RunState<A> };

/**
 * `sample` without tensors: runs a plan on Float32Arrays (or Float64Arrays). It has no noise of its own: give
 * `normals` of `@denoiser/ops`, or any other.
 */
export async function* sampleArrays<A extends Numbers, Stochastic extends boolean>(
  options: SampleArraysOptions<A, Stochastic>,
): AsyncGenerator<ArrayStep<A>, void, undefined> {
  const { model, plan, shape, channelAxis = 1, image, inpaint, resume, signal } = options;
  const indices = options.indices ?? Array.from({ length: shape[0] ?? 1 }, (_, i) => i);
  const arithmetic = arrayArithmetic<A>(shape, channelAxis);
  const noise = (purpose: 'initial' | 'step' | 'known', step: number): A => {
    if (options.noise) return options.noise({ purpose, step, shape, indices });
    refuse(`The plan of ${plan.solver} draws noise; give it a source: noise.`);
  };
  yield* execute<A>({
    plan,
    arithmetic,
    start: resume ?? begin(plan, arithmetic, noise, image),
    evaluate: model,
    noise,
    ...(inpaint && { known: inpaint }),
    ...(signal && { signal }),
  });
}
