import type { InitialValues } from '@denoiser/ops';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The module system. A layer is a description, without tensors: which parameters it has, by name, and how it computes
 * once it has them. Layers are composed under names, so that `compose({ conv, norm }, …)` has the parameters
 * `conv.weight`, `norm.weight`, `norm.bias`: the same rule by which PyTorch names them.
 */
export interface Layer<Call> {
  readonly parameters: ReadonlyMap<string, ParameterSpec>;
  /** Returns the computation with these parameters; looks all of them up at once. */
  bind(parameter: (name: string) => Tensor, hooks?: Hooks): Call;
}

/** What a caller may do at places inside a network, without the network knowing. Training does; sampling does nothing. */
export type Hooks = {
  /** Runs a child of the outermost `compose`: returns `call(...inputs)`, which is a function of these tensors alone. */
  readonly part?: (name: string, call: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]) => Tensor;
  /** Returns what the network goes on with at the place of that name, where activations may be dropped. */
  readonly dropout?: (name: string, x: Tensor4D) => Tensor4D;
};

/** Describes a parameter: its shape, its layout in files, its initial values. */
export type ParameterSpec = {
  /** The shape in memory, in tfjs's layout. */
  readonly shape: readonly number[];
  /** In files: 'same', or the shape's axes reversed: 'matrix' [in, out] → [out, in], 'filter' HWIO → OIHW. */
  readonly layout: 'same' | 'matrix' | 'filter';
  readonly initial: InitialValues;
  /** Whether training changes it. Default true. */
  readonly isTrained?: boolean;
};

/** What all calls of layers give. */
type TensorFunction<Arguments extends readonly unknown[], Result extends Tensor> = (...args: Arguments) => Result;

type Calls<Children> = {
  [Name in keyof Children]: Children[Name] extends Layer<infer Call> | undefined ? Call : never;
};

/** Creates a layer without children: parameters and a function of their tensors. */
export function layer<Name extends string, Call>(
  specs: Record<Name, ParameterSpec>,
  call: (parameters: Record<Name, Tensor>) => Call,
): Layer<Call> {
  const parameters = new Map(Object.entries<ParameterSpec>(specs));
  return {
    parameters,
    bind(parameter) {
      const tensors = Object.fromEntries([...parameters.keys()].map((name) => [name, parameter(name)]));
      return call(tensors as Record<Name, Tensor>);
    },
  };
}

/** Creates a layer of named layers. Its computation runs in a `tf.tidy`, so that intermediate tensors are freed early. */
export function compose<
  Children extends Record<string, Layer<unknown>>,
  Arguments extends readonly unknown[],
  Result extends Tensor,
>(
  children: Children,
  call: (calls: Calls<Children>) => TensorFunction<Arguments, Result>,
): Layer<TensorFunction<Arguments, Result>> {
  const parameters = new Map<string, ParameterSpec>();
  for (const [name, child] of Object.entries(children)) {
    for (const [parameter, spec] of child.parameters) parameters.set(`${name}.${parameter}`, spec);
  }
  return {
    parameters,
    bind(parameter, hooks = {}) {
      const { part, dropout } = hooks;
      const calls = Object.entries(children).map(([name, child]) => {
        const inside: Hooks = dropout ? { dropout: (inner, x) => dropout(`${name}.${inner}`, x) } : {};
        const run = child.bind((inner) => parameter(`${name}.${inner}`), inside);
        return [name, part ? (...inputs: Tensor[]) => part(name, run as (...inputs: Tensor[]) => Tensor, inputs) : run];
      });
      const compute = call(Object.fromEntries(calls) as Calls<Children>);
      return (...args) => tf.tidy(() => compute(...args));
    },
  };
}
