import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { dropout } from './dropout';
import type { Hooks } from './layer';

/** How the network runs in training: what `@denoiser/trainer` gives. */
export type TrainingMode = {
  /** The share of activations to drop before the second convolution of every block, from 0 to below 1. */
  readonly dropout: number;
  /** The choice of them is a pure function of these and of each image's place in the step's batch: [B]. */
  readonly seed: number;
  readonly step: number;
  readonly places: readonly number[];
  /** Runs `f(...inputs)`, a function of these tensors and variables alone: as it is, or to be computed again later. */
  readonly runPart: <T extends Tensor>(
    f: (...inputs: Tensor[]) => T,
    inputs: readonly Tensor[],
    parameters: readonly Variable[],
  ) => T;
};

/** Returns what training does inside a network that has these parameters. */
export function trainingHooks(mode: TrainingMode, parameters: ReadonlyMap<string, Variable>): Hooks {
  const { dropout: rate, seed, step, places, runPart } = mode;
  const variablesOf = (part: string) =>
    [...parameters].filter(([name]) => name.startsWith(`${part}.`)).map(([, variable]) => variable);
  return {
    part: (name, call, inputs) => runPart(call, inputs, variablesOf(name)),
    ...(rate !== 0 && { dropout: (name, x) => dropout(x, { rate, seed, step, places, name }) }),
  };
}
