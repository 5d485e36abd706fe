import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { RunState } from './execute';
import type { Plan } from './plan';
import { decodeState, encodeState, type SavedState } from './saved-state';

/** Reads a state back from the device: `await saveState(step.state)` within the loop, before its next step. */
export async function saveState({ position, x, memory }: RunState<Tensor4D>): Promise<SavedState> {
  const entries = Object.entries(memory).map(async ([name, tensor]) => [name, await tensor.data<'float32'>()] as const);
  const values = await x.data<'float32'>();
  return encodeState({ position, x: values, memory: Object.fromEntries(await Promise.all(entries)) }, x.shape);
}

/** Returns the state on the device; the caller owns its tensors. */
export function restore(saved: SavedState, plan: Plan, shape: Tensor4D['shape']): RunState<Tensor4D> {
  const { position, x, memory } = decodeState(saved, plan, shape);
  const load = (values: Float32Array | Float64Array): Tensor4D => tf.tensor4d(Float32Array.from(values), shape);
  return {
    position,
    x: load(x),
    memory: Object.fromEntries(Object.entries(memory).map(([name, values]) => [name, load(values)])),
  };
}
