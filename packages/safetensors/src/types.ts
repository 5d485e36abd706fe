import type { DType, TensorArrays } from './dtypes';

/** One array of a file, row-major. `data` holds the product of `shape` many elements; a shape [] is a scalar. */
export type TensorEntry = {
  [D in DType]: { dtype: D; shape: number[]; data: TensorArrays[D] };
}[DType];

/** What a safetensors file holds. */
export type TensorFile = { metadata: Record<string, string>; tensors: Map<string, TensorEntry> };

/** What an array is, without its numbers. */
export type TensorInfo = { dtype: DType; shape: number[] };

/** What a file holds, without the arrays. */
export type TensorList = { metadata: Record<string, string>; tensors: Map<string, TensorInfo> };

/** Where an array stands; `begin` and `end` are bytes from the start of the file. */
export type TensorLocation = TensorInfo & { begin: number; end: number };

/** What the beginning of a safetensors file says about all of it. */
export type TensorFileHeader = {
  metadata: Record<string, string>;
  /** In the order in which the arrays stand in the file. */
  tensors: Map<string, TensorLocation>;
  /** Bytes before the first array: the length field and the header's text. */
  dataOffset: number;
  /** Bytes of the whole file. */
  byteLength: number;
};
