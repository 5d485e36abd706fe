import { OnnxError } from '../errors';
import type { OnnxTensor } from './session';

/** The whole numbers of `values` as 64 bits. */
const wholeNumbers = (values: ArrayLike<number>): BigInt64Array => BigInt64Array.from(Array.from(values), BigInt);

/** How numbers become elements of a type; each may return its argument. */
const ELEMENTS: Readonly<Record<string, (values: Float32Array | Int32Array) => ArrayBufferView>> = {
  float32: (values) => (values instanceof Float32Array ? values : Float32Array.from(values)),
  float64: (values) => Float64Array.from(values),
  int32: (values) => (values instanceof Int32Array ? values : Int32Array.from(values)),
  int64: wholeNumbers,
};

/**
 * Returns numbers as a tensor of a type for the session's input of this name.
 *
 * @throws DenoiserError for a type that no numbers become, and for parts of a step where the input takes whole numbers.
 */
export function feed(
  name: string,
  type: string,
  values: Float32Array | Int32Array,
  dims: readonly number[],
): OnnxTensor {
  const convert = ELEMENTS[type];
  if (!convert) {
    throw new OnnxError(
      'session-unfit',
      `The model's input ${JSON.stringify(name)} is of the type ${type}, and only ${Object.keys(ELEMENTS).join(', ')} are fed; export it with float32 inputs.`,
    );
  }
  if (type.startsWith('int') && !values.every(Number.isInteger)) {
    throw new OnnxError(
      'session-unfit',
      `The model's input ${JSON.stringify(name)} takes whole numbers, but this way of sampling asks for times between steps; take a sampler of whole steps, such as ddim, or export the model with a float32 time.`,
    );
  }
  return { type, dims, data: convert(values), location: 'cpu' };
}
