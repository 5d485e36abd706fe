import type { Rank, ShapeMap, Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OpsError } from './errors';
import { Halves, type HalvesAttrs } from './kernels';
import { hasKernel, runOwnKernel } from './run-kernel';

/** Whether the current backend keeps float16 numbers as such in its memory, in half of the bytes. */
export const keepsHalves = (): boolean => hasKernel(Halves);

/**
 * Returns a tensor whose numbers are float16 in the backend's memory, and float32 to whoever reads them. An operation that changes it in
 * place makes it float32.
 *
 * @param bits of IEEE 754 binary16, one number after the other
 * @param options results: whether what is computed of it as of weights (products, convolutions, and what goes on from these) is float16 in
 *   memory, too; default false
 * @throws DenoiserError where the current backend has float32 alone, and where there are more or fewer numbers than the shape has.
 */
export function halves<R extends Rank = Rank>(
  bits: Uint16Array,
  shape: ShapeMap[R],
  { results = false }: { results?: boolean } = {},
): Tensor<R> {
  if (bits.length !== tf.util.sizeFromShape(shape)) {
    throw new OpsError('shape-invalid', `A tensor of shape [${shape}] has no ${bits.length} numbers.`);
  }
  if (!keepsHalves()) {
    throw new OpsError('precision-unsupported', `The backend ${tf.getBackend()} keeps numbers as float32 alone.`);
  }
  const attrs: HalvesAttrs = { shape, bits, results };
  return runOwnKernel(Halves, {}, attrs)[0] as Tensor<R>;
}
