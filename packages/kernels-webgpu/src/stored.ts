import type { BackendValues, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Slot } from './arenas';

/** What tfjs's backend keeps to itself and a dispatch of ours needs: it records into the same passes, in the same order. */
export type Internals = {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  uniformPendingDisposal: GPUBuffer[];
  stagingPendingDisposal: GPUBuffer[];
  dispatchCountInPass: number;
  activeTimers: unknown;
};

/** What the backend knows of a tensor, tfjs's fields and ours. */
export type Stored = {
  values: BackendValues | null;
  dtype: DataType;
  shape: number[];
  refCount: number;
  resource?: GPUBuffer;
  /** Whether the buffer is not the tensor's own, which tfjs then leaves alone. */
  external?: boolean;
  /** Where in an arena it is; nowhere if it has a buffer of its own. */
  slot?: Slot | undefined;
  /** Whether its numbers are halves in memory, see `makeHalves`. */
  isHalves?: boolean;
  /** Whether what is computed of it is halves, too. */
  begetsHalves?: boolean;
  /** See `leaveMoments`. */
  moments?: TensorInfo | undefined;
};

/** What tensors' buffers are for. */
export const bufferUsage = () => GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;

/** The numbers that a tensor has in JavaScript, as words of the GPU. */
export function wordsOf({ values, dtype }: Pick<Stored, 'values' | 'dtype'>): Int32Array | Float32Array {
  const numbers = values as unknown as ArrayLike<number>;
  if (dtype === 'int32' || dtype === 'bool') return numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  return numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
}
