import { quote } from '@denoiser/errors';
import { SafetensorsError } from './errors';
import { toFloat32Array, toFloat64 } from './float32';
import { roundTo, SMALL_FLOATS } from './small-floats';
import type { TensorEntry } from './types';

/** The types that tensors are converted to. */
export type FloatDType = 'F32' | 'F16' | 'BF16';

/**
 * Returns a tensor in another type: each number the nearest one there, of two that are equally near the one with an even last
 * bit. What is too large becomes infinite, NaN stays NaN. A tensor that has the type already is given as it is.
 *
 * @throws DenoiserError (`dtype-unsupported`) if the type is none to convert to.
 */
export function convertTensor<D extends FloatDType>(tensor: TensorEntry, dtype: D): TensorEntry & { dtype: D };
export function convertTensor(tensor: TensorEntry, dtype: FloatDType): TensorEntry {
  if (tensor.dtype === dtype) return tensor;
  const { shape } = tensor;
  if (dtype === 'F32') return { dtype, shape, data: toFloat32Array(tensor) };
  if (dtype !== 'F16' && dtype !== 'BF16') {
    const message = `Tensors are converted to F32, F16 and BF16, not ${quote(String(dtype))}; choose one of these.`;
    throw new SafetensorsError('dtype-unsupported', message);
  }
  return { dtype, shape, data: roundTo(SMALL_FLOATS[dtype], numbersOf(tensor)) };
}

/** Numbers that are not rounded before, as rounding twice is another rounding. */
function numbersOf(tensor: TensorEntry): ArrayLike<number> {
  switch (tensor.dtype) {
    case 'F64':
    case 'I32':
    case 'U32':
      return tensor.data;
    case 'I64':
    case 'U64':
      return Float64Array.from(tensor.data as BigInt64Array, toFloat64);
    default:
      return toFloat32Array(tensor);
  }
}
