import type { backend_util, DataType, TensorInfo } from '@tensorflow/tfjs-core';
import type { Engine } from './machine/engine';

export type Values = backend_util.BackendValues;
export type NumericValues = Float32Array | Int32Array | Uint8Array;

/** A form computed from a tensor and kept beside it, such as a packed filter, until the tensor's values change. */
export type Derived = { address: number; bytes: number };

/** One tensor's memory. tfjs's cpu kernels read and write it as `values`, ours by `address`. */
export class TensorData {
  refCount: number;
  complexTensorInfos?: { real: TensorInfo; imag: TensorInfo };
  /** How often each derived form was asked for since the values last changed. */
  readonly asked = new Map<string, number>();
  readonly derived = new Map<string, Derived>();
  /** Changes when a derived form, or all of it, is no longer where it was. */
  version = 0;
  private view: NumericValues | undefined;

  constructor(
    private readonly engine: Engine,
    readonly dtype: DataType,
    readonly address: number,
    readonly length: number,
    private readonly other: Values | undefined,
    refCount: number,
  ) {
    this.refCount = refCount;
  }

  get values(): Values {
    if (this.other !== undefined) return this.other;
    // What is read and written by a view is not in the engine's log.
    if (this.engine.log) this.engine.log.isBroken = true;
    this.view ??= viewOf(this.engine, this.dtype, this.address, this.length);
    return this.view;
  }

  get bytes(): number {
    return this.length * bytesOf(this.dtype);
  }
}

function viewOf(engine: Engine, dtype: DataType, address: number, length: number): NumericValues {
  if (dtype === 'int32') return engine.int32(address, length);
  if (dtype === 'bool') return engine.uint8(address, length);
  return engine.float32(address, length);
}

/** Strings and complex pairs have no memory of their own in the engine. */
export const hasMemory = (dtype: DataType): boolean => dtype !== 'string' && dtype !== 'complex64';

/** Bytes of an element. */
export const bytesOf = (dtype: DataType): number => (dtype === 'bool' ? 1 : 4);

/** Returns numbers as memory of their type holds them. */
export function numbersOf(values: NumericValues, dtype: DataType): NumericValues {
  if (dtype === 'int32') return values instanceof Int32Array ? values : Int32Array.from(values);
  if (dtype === 'bool') return values instanceof Uint8Array ? values : Uint8Array.from(values);
  return values instanceof Float32Array ? values : Float32Array.from(values);
}
