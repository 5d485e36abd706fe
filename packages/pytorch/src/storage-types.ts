import type { DType } from '@denoiser/safetensors';

/** How a storage's numbers are read; F16 and BF16 as their bits, BOOL as bytes. */
export interface StorageType {
  readonly dtype: DType;
  readonly Numbers: NumbersConstructor;
}

type NumbersConstructor =
  | Float64ArrayConstructor
  | Float32ArrayConstructor
  | Uint16ArrayConstructor
  | BigInt64ArrayConstructor
  | Int32ArrayConstructor
  | Int16ArrayConstructor
  | Int8ArrayConstructor
  | Uint8ArrayConstructor;

/** PyTorch's classes of storages (torch/storage.py): as `torch.FloatStorage`, and `torch.cuda.FloatStorage` of old files. */
const types: Readonly<Record<string, StorageType>> = {
  Double: { dtype: 'F64', Numbers: Float64Array },
  Float: { dtype: 'F32', Numbers: Float32Array },
  Half: { dtype: 'F16', Numbers: Uint16Array },
  BFloat16: { dtype: 'BF16', Numbers: Uint16Array },
  Long: { dtype: 'I64', Numbers: BigInt64Array },
  Int: { dtype: 'I32', Numbers: Int32Array },
  Short: { dtype: 'I16', Numbers: Int16Array },
  Char: { dtype: 'I8', Numbers: Int8Array },
  Byte: { dtype: 'U8', Numbers: Uint8Array },
  Bool: { dtype: 'BOOL', Numbers: Uint8Array },
};

/** Returns the type of a storage by its class's name. */
export function storageTypeOf(name: string): StorageType | undefined {
  const kind = /^torch\.(?:cuda\.)?(\w+)Storage$/.exec(name)?.[1];
  return kind !== undefined && Object.hasOwn(types, kind) ? types[kind] : undefined;
}

/** Part of a file's numbers: `length` elements of one type from the element `start` on. */
export class Storage {
  constructor(
    readonly key: string,
    readonly type: StorageType,
    readonly length: number,
    readonly start = 0,
  ) {}
}
