import { type OpenTensors, readAllTensors, type TensorFile } from '@denoiser/safetensors';
import { dispose, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import type { TrainableModel } from './types';

/** Weights that are read one by one; who opened them closes them. */
export type Weights = Omit<OpenTensors, 'close'>;

/** A model's parameters in weights that fit it. */
export type OpenParameters = {
  /** Reads one in the layout of memory; the caller disposes it. */
  read(name: string): Promise<Tensor>;
  /** Frees those that were read and not asked for. */
  dispose(): void;
};

/** Returns weights in memory as ones that are read one by one. */
export const weightsInMemory = ({ metadata, tensors }: TensorFile): Weights => ({
  metadata,
  tensors,
  read: async (name) => tensors.get(name) as NonNullable<ReturnType<typeof tensors.get>>,
});

/**
 * Checks that weights are a model's, and returns what reads its parameters from them: one by one where the model can, from all of
 * them where it cannot, which are in memory then.
 */
export async function openParameters(model: TrainableModel, weights: Weights): Promise<OpenParameters> {
  if (model.inFiles) return { read: model.inFiles.open(weights), dispose() {} };
  const all = model.importParameters(await readAllTensors({ ...weights, close: async () => {} }));
  return {
    async read(name) {
      const tensor = all.get(name) as Tensor;
      all.delete(name);
      return tensor;
    },
    dispose: () => dispose([...all.values()]),
  };
}

/** Reads parameters and gives each to the variables of its name, in all of the maps. */
export async function assignAll(
  { read }: OpenParameters,
  ...maps: readonly ReadonlyMap<string, Variable>[]
): Promise<void> {
  for (const name of maps[0]?.keys() ?? []) {
    const value = await read(name);
    for (const variables of maps) variables.get(name)?.assign(value);
    value.dispose();
  }
}
