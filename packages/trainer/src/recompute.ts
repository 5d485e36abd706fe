import { customGrad, engine, scalar, type Tensor, Variable, zerosLike } from '@tensorflow/tfjs-core';
import { TrainerError } from './errors';

/**
 * Runs a part of a network. `f` gets `inputs` and gives one tensor; every tensor it needs and did not make is among
 * `inputs`, every variable it reads among `parameters`.
 */
export type RunPart = <T extends Tensor>(
  f: (...inputs: Tensor[]) => T,
  inputs: readonly Tensor[],
  parameters: readonly Variable[],
) => T;

/** Runs the part, and keeps what its gradient needs. */
export const keepActivations: RunPart = (f, inputs) => f(...inputs);

/**
 * Activation checkpointing (Chen et al. 2016, arXiv:1604.06174): runs the part, keeps its inputs alone, and runs it again
 * when its gradient is wanted. The result is the same to the bit; the memory is that of one part at a time, and a step
 * takes about a third longer. Parts must be functions of their inputs and variables: what they draw, they draw again.
 *
 * Errors: `DenoiserError` if the part reads a variable that is not among `parameters`, which would get no gradient.
 */
export const recomputeActivations: RunPart = <T extends Tensor>(
  f: (...inputs: Tensor[]) => T,
  inputs: readonly Tensor[],
  parameters: readonly Variable[],
): T => {
  const part = customGrad((...args) => {
    const given = args.slice(0, inputs.length) as Tensor[];
    const save = args[args.length - 1] as unknown as (tensors: Tensor[]) => void;
    save(given);
    return {
      value: f(...given),
      gradFunc: (dy: Tensor, saved: Tensor[]) => gradientsAgain(f, dy, saved, parameters),
    };
  });
  return part(...inputs, ...parameters) as T;
};

/** The gradients by all inputs and parameters; of inputs that have none (labels), a scalar in their place. */
function gradientsAgain(
  f: (...inputs: Tensor[]) => Tensor,
  dy: Tensor,
  inputs: readonly Tensor[],
  parameters: readonly Variable[],
): Tensor[] {
  const { state } = engine();
  const sources = [...inputs.filter(({ dtype }) => dtype === 'float32'), ...parameters];
  const run = () => {
    const y = f(...inputs);
    checkVariables(state.activeTape, parameters);
    return y;
  };
  // tfjs has one tape at a time and lets go of it after the gradients; the outer one is still needed.
  const outer = state.activeTape;
  try {
    const { value, grads } = engine().gradients(run, sources, dy, true);
    value.dispose();
    const bySource = new Map(sources.map((source, i) => [source.id, grads[i]]));
    return [...inputs, ...parameters].map((source) =>
      bySource.has(source.id) ? (bySource.get(source.id) ?? zerosLike(source)) : scalar(0),
    );
  } finally {
    state.activeTape = outer;
  }
}

function checkVariables(tape: ReturnType<typeof engine>['state']['activeTape'], parameters: readonly Variable[]): void {
  const known = new Set(parameters.map(({ id }) => id));
  for (const { inputs, kernelName } of tape) {
    for (const input of Object.values(inputs)) {
      if (input instanceof Variable && input.trainable && !known.has(input.id)) {
        throw new TrainerError(
          'part-invalid',
          `A part of the network that is to be recomputed reads the variable ${input.name} of shape [${input.shape}] (in ${kernelName}), which is not among its parameters; name it there, or it would get no gradient.`,
        );
      }
    }
  }
}
