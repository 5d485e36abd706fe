import { DenoiserError } from '@denoiser/ops';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { RunState } from './execute';

interface SavedTensor {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** A run in the middle, as JSON: noise is a function of seed, step and image, so this and the plan are all it needs. */
export interface SavedState {
  readonly position: number;
  readonly x: SavedTensor;
  readonly memory: Readonly<Record<string, SavedTensor>>;
}

/** Reads a state back from the device: `await saveState(step.state)` within the loop, before its next step. */
export async function saveState({ position, x, memory }: RunState<Tensor4D>): Promise<SavedState> {
  const save = async (tensor: Tensor4D): Promise<SavedTensor> => ({
    shape: tensor.shape,
    values: Array.from(await tensor.data()),
  });
  const entries = Object.entries(memory).map(async ([name, tensor]) => [name, await save(tensor)] as const);
  return { position, x: await save(x), memory: Object.fromEntries(await Promise.all(entries)) };
}

export function restore({ position, x, memory }: SavedState): RunState<Tensor4D> {
  const load = ({ shape, values }: SavedTensor): Tensor4D => {
    if (shape.length !== 4) {
      throw new DenoiserError(
        'bad-shape',
        `A saved state holds [B, H, W, C], but its shape is [${shape}]; save it again.`,
      );
    }
    return tf.tensor4d(Float32Array.from(values), shape as Tensor4D['shape']);
  };
  return {
    position,
    x: load(x),
    memory: Object.fromEntries(Object.entries(memory).map(([name, tensor]) => [name, load(tensor)])),
  };
}
