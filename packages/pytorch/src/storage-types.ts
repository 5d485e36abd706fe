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
  | Uint32ArrayConstructor
  | BigUint64ArrayConstructor
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

/** Storages of bytes, of which each tensor says its own type. */
const UNTYPED: StorageType = { dtype: 'U8', Numbers: Uint8Array };

/** Types that came to PyTorch after its classes of storages, by their names there. */
const laterTypes: Readonly<Record<string, StorageType>> = {
  'torch.float8_e4m3fn': { dtype: 'F8_E4M3', Numbers: Uint8Array },
  'torch.float8_e5m2': { dtype: 'F8_E5M2', Numbers: Uint8Array },
  'torch.uint16': { dtype: 'U16', Numbers: Uint16Array },
  'torch.uint32': { dtype: 'U32', Numbers: Uint32Array },
  'torch.uint64': { dtype: 'U64', Numbers: BigUint64Array },
};

/** Returns the type of a tensor of an untyped storage by its dtype's name. */
export const laterTypeOf = (dtype: unknown): StorageType | undefined =>
  typeof dtype === 'string' && Object.hasOwn(laterTypes, dtype) ? laterTypes[dtype] : undefined;

/** Returns the type of a storage by its class's name. */
export function storageTypeOf(name: string): StorageType | undefined {
  if (name === 'torch.storage.UntypedStorage') return UNTYPED;
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

  /** The byte of the whole that it ends before. */
  get end(): number {
    return (this.start + this.length) * this.type.Numbers.BYTES_PER_ELEMENT;
  }

  /** Returns its bytes as numbers of another type. */
  as(type: StorageType): Storage {
    const [from, to] = [this.type, type].map(({ Numbers }) => Numbers.BYTES_PER_ELEMENT);
    return new Storage(this.key, type, Math.floor((this.length * from) / to), Math.floor((this.start * from) / to));
  }
}
