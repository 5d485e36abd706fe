import { arrayArithmetic, type Numbers } from './array-arithmetic';
import { wrongOutput } from './denoiser-fault';
import { begin, execute, type Known, type RunState } from './execute';
import type { Plan } from './plan';
import { refuse } from './refuse';
import { checkPosition, damaged, decodeState, encodeState, type SavedState } from './saved-state';
import type { NoiseOf, StepOf } from './step';

/** A model on plain arrays: an ONNX session, a formula. x and what it returns are flat, of the shape of the run. */
export type ArrayModel<A extends Numbers> = (x: A, time: number) => A | Promise<A>;

export type SampleArraysOptions<A extends Numbers, Stochastic extends boolean> = {
  readonly model: ArrayModel<A>;
  readonly plan: Plan<Stochastic>;
  /** [B, …]. */
  readonly shape: readonly number[];
  /** Where the channels are: default last; 1 for [B, C, H, W]. It matters where the variance is learned. */
  readonly channelAxis?: number;
  readonly indices?: readonly number[];
  readonly inpaint?: Known<A>;
  /** Goes on where another run of the same plan, model, noise and indices was: a step's state, or a saved one. */
  readonly resume?: RunState<A> | SavedState;
  readonly signal?: AbortSignal;
} & (Stochastic extends false
  ? /** A deterministic run from an image or a state needs no noise. */
    { readonly noise: NoiseOf<A>; readonly image?: A } | { readonly noise?: NoiseOf<A>; readonly image: A }
  : { readonly noise: NoiseOf<A>; readonly image?: A });

/** A state of plain arrays that knows its shape. */
export type ArrayState<A> = RunState<A> & { readonly shape: readonly number[] };

/** A step on plain arrays, with the state that a later run can resume from. x and x0 may be kept. */
export type ArrayStep<A> = StepOf<A> & { readonly state: ArrayState<A> };

/** Returns a step's state as JSON, for another process or another day: `saveArrayState(step.state)`, then `resume`. */
export const saveArrayState = (state: ArrayState<Numbers>): SavedState => encodeState(state, state.shape);

/**
 * Runs a plan on Float32Arrays (or Float64Arrays): `sample` without tensors. It has no noise of its own: give `normals`
 * of `@denoiser/ops`, or any other.
 *
 * @throws DenoiserError if noise is needed and there is none, if the state does not fit the run, or if the model
 * returns anything but an array of the run's shape.
 */
export async function* sampleArrays<A extends Numbers, Stochastic extends boolean>(
  options: SampleArraysOptions<A, Stochastic>,
): AsyncGenerator<ArrayStep<A>, void, undefined> {
  const { model, plan, shape, channelAxis = shape.length - 1, image, inpaint, resume, signal } = options;
  const indices = options.indices ?? Array.from({ length: shape[0] ?? 1 }, (_, i) => i);
  const count = shape.reduce((product, size) => product * size, 1);
  const arithmetic = arrayArithmetic<A>(shape, channelAxis);
  const noise = (purpose: 'initial' | 'step' | 'known', step: number): A => {
    if (options.noise) return options.noise({ purpose, step, shape, indices });
    refuse(`The plan of ${plan.solver} draws noise; give it a source: \`noise\`.`);
  };
  const steps = execute<A>({
    plan,
    arithmetic,
    start: resume ? startOf(resume, plan, shape) : begin(plan, arithmetic, noise, image),
    callModel: async (x, time) => {
      const output = await model(x, time);
      const wanted = plan.learnedVariance ? 2 * count : count;
      if (output?.length !== wanted)
        wrongOutput(output && `${output.length} values`, `${wanted}`, plan.learnedVariance);
      return output;
    },
    noise,
    ...(inpaint && { known: inpaint }),
    ...(signal && { signal }),
  });
  for await (const step of steps) yield { ...step, state: { ...step.state, shape } };
}

function startOf<A extends Numbers>(
  resume: RunState<A> | SavedState,
  plan: Plan,
  shape: readonly number[],
): RunState<A> {
  if (!ArrayBuffer.isView(resume.x)) return decodeState(resume as SavedState, plan, shape) as RunState<A>;
  const state = resume as RunState<A>;
  checkPosition(state.position, plan);
  const count = shape.reduce((product, size) => product * size, 1);
  for (const [name, values] of Object.entries({ x: state.x, ...state.memory })) {
    if (values.length !== count) damaged(`resume.${name}`, `an array of ${count} values, as many as [${shape}] has`);
  }
  return state;
}
