import { halves, keepsHalves } from '@denoiser/ops';
import { convertTensor, type TensorEntry, toFloat32Array } from '@denoiser/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { NetworkError } from './errors';
import type { ParameterSpec } from './layer';
import { toMemoryLayout } from './layouts';

/**
 * What filters and matrices are in memory: float32, or float16 in half of the bytes; with 'f16-all' so is what is computed of them, from
 * layer to layer. Norms, biases, tables, vectors and all arithmetic are float32.
 */
export type Precision = 'f32' | 'f16' | 'f16-all';

const PRECISIONS: readonly string[] = ['f32', 'f16', 'f16-all'] satisfies Precision[];

/** How a file's weights are kept in memory. */
export type WeightsOptions = {
  /** Default 'f32'. The others are for drawing, on devices that compute with such numbers: WebGPU. */
  readonly precision?: Precision | undefined;
};

/**
 * Checks that the current backend keeps weights so.
 *
 * @throws DenoiserError where it has float32 alone, and for what is no precision.
 */
export function checkPrecision({ precision = 'f32' }: WeightsOptions): Precision {
  if (!PRECISIONS.includes(precision)) {
    throw new NetworkError(
      'option-invalid',
      `\`precision\` must be one of ${PRECISIONS.join(', ')}, not ${JSON.stringify(precision)}.`,
    );
  }
  if (precision === 'f32' || keepsHalves()) return precision;
  throw new NetworkError(
    'precision-unsupported',
    `\`precision\` ${precision} is for WebGPU, and this device computes with float32 alone; leave it out, or choose the device webgpu.`,
  );
}

/**
 * Returns a parameter of a file as a tensor, in the layout of memory. Float16 numbers of a file go to a backend that keeps such as they
 * are; others are rounded to the nearest, of two that are equally near to the one with an even last bit.
 *
 * @throws DenoiserError where a number is too large for float16.
 */
export function parameterIn(precision: Precision, name: string, entry: TensorEntry, spec: ParameterSpec): Tensor {
  const shape = [...spec.shape];
  if (precision === 'f32' || spec.layout === 'same') {
    return tf.tensor(toMemoryLayout(toFloat32Array(entry), spec), shape, 'float32');
  }
  const { data } = convertTensor(entry, 'F16') as TensorEntry & { data: Uint16Array };
  if (data.some((bits) => (bits & INFINITE) === INFINITE)) {
    throw new NetworkError(
      'option-invalid',
      `\`precision\` ${precision} has no number as large as one of ${name}, since its largest is 65504; take f32.`,
    );
  }
  return halves(toMemoryLayout(data, spec), shape, { results: precision === 'f16-all' });
}

/** The exponent of float16, all of whose bits are set in infinities and in what is not a number. */
const INFINITE = 0x7c00;
