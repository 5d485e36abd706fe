import { customGrad, engine, scalar, type Tensor, Variable, zerosLike } from '@tensorflow/tfjs-core';
import { releaseEarly } from './early-release';
import { TrainerError } from './errors';

/**
 * Runs a part of a network: `f` gets `inputs` and returns one tensor. `inputs` has every tensor that `f` needs and does not
 * make, `parameters` every variable that it reads.
 */
export type RunPart = <T extends Tensor>(
  f: (...inputs: Tensor[]) => T,
  inputs: readonly Tensor[],
  parameters: readonly Variable[],
) => T;

/** Runs a part and keeps the activations that its gradient needs. */
export const keepActivations: RunPart = (f, inputs) => f(...inputs);

/**
 * Runs a part, keeps only its inputs, and runs it again for its gradient: activation checkpointing (Chen et al. 2016,
 * arXiv:1604.06174). Results are the same to the bit; activations take the memory of one part at a time, and a step takes
 * about a third longer. A part must be a function of its inputs and variables: random numbers must come out the same again.
 *
 * @throws DenoiserError `part-invalid` if the part reads a variable that is not among `parameters`, which would get no gradient.
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

/** Returns the gradients of all inputs and parameters, with a scalar in the place of those that have none (labels). */
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
    releaseEarly();
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
