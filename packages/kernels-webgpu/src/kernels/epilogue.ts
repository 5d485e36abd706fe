import type { Activation } from '@denoiser/ops';
import type { backend_util, TensorInfo } from '@tensorflow/tfjs-core';
import { sizeOf } from '../dispatch';
import { eachOfFour } from '../wgsl/activations';
import { four } from '../wgsl/gemm-operand';

/** What happens to each four elements of a product before they are stored. */
export type Epilogue = {
  readonly key: string;
  /** WGSL of `finish`, see `Gemm`; element i of what it reads is `at_name(i)`. */
  readonly code: string;
  readonly reads: Readonly<Record<string, TensorInfo>>;
  /** Names of those that have the result's shape, and are bound as it is. */
  readonly alike?: readonly string[];
};

/** Where a comparison with NaN is false, the value itself is kept: NaN stays NaN. */
const ACTIVATIONS: Readonly<Record<string, string>> = {
  linear: 'v',
  relu: 'select(v, vec4f(), v < vec4f())',
  relu6: 'select(select(v, vec4f(), v < vec4f()), vec4f(6.0), v > vec4f(6.0))',
  elu: 'select(v, exp(v) - 1.0, v < vec4f())',
  sigmoid: '1.0 / (1.0 + exp(-v))',
};

export type FusedOptions = {
  bias?: TensorInfo | null | undefined;
  activation?: backend_util.Activation | null | undefined;
  preluActivationWeights?: TensorInfo | null | undefined;
  leakyreluAlpha?: number | null | undefined;
};

/** The epilogue for a product with n columns; undefined if it is none of ours: a bias or slopes by row, another activation. */
export function epilogueOf(n: number, options: FusedOptions): Epilogue | undefined {
  const { bias, preluActivationWeights: slopes, leakyreluAlpha = 0.2 } = options;
  const activation = options.activation ?? 'linear';
  if (bias && !isByColumn(bias, n)) return undefined;
  if (slopes && !isByColumn(slopes, n)) return undefined;
  const reads: Record<string, TensorInfo> = {};
  if (bias) reads.bias = bias;
  let result = ACTIVATIONS[activation];
  if (activation === 'leakyrelu') {
    result = `select(v, v * ${float(leakyreluAlpha ?? 0.2)}, v < vec4f())`;
  } else if (activation === 'prelu' && slopes) {
    reads.slopes = slopes;
    result = `select(v, v * ${four((j) => `at_slopes(columns[${j}])`)}, v < vec4f())`;
  }
  if (!result) return undefined;
  const biased = bias ? `value + ${four((j) => `at_bias(columns[${j}])`)}` : 'value';
  return {
    key: `${bias ? 'bias ' : ''}${result}`,
    code: `fn finish(value: vec4f, places: vec4u, columns: vec4u) -> vec4f { let v = ${biased}; return ${result}; }`,
    reads,
  };
}

/**
 * value + bias + shift + residual, times activation′(x): a bias by column, a shift by column for each image of so many elements, a
 * residual and an x of the result's shape.
 *
 * @param result how the product's result is bound
 */
export function affineEpilogue(
  result: 'vec4f' | 'f32',
  o: {
    bias?: TensorInfo | undefined;
    shift?: { readonly tensor: TensorInfo; readonly perImage: number } | undefined;
    residual?: TensorInfo | undefined;
    slope?: { x: TensorInfo; activation: Activation };
  },
): Epilogue {
  const { bias, shift, residual, slope } = o;
  const alike = (name: string) =>
    result === 'vec4f' ? `at_${name}(places.x / 4u)` : four((j) => `at_${name}(places[${j}])`);
  const terms = [
    'value',
    ...(bias ? [four((j) => `at_bias(columns[${j}])`)] : []),
    ...(shift
      ? [four((j) => `at_shift(places[${j}] / ${shift.perImage}u * ${shift.tensor.shape[1]}u + columns[${j}])`)]
      : []),
    ...(residual ? [alike('residual')] : []),
  ];
  const isSloped = slope && slope.activation !== 'linear';
  const factor = isSloped
    ? `let z = ${alike('z')}; return v * ${eachOfFour(`${slope.activation}Slope`, 'z')};`
    : 'return v;';
  return {
    key: `affine ${[Boolean(bias), shift?.perImage, Boolean(residual), isSloped && slope.activation]}`,
    code: `fn finish(value: vec4f, places: vec4u, columns: vec4u) -> vec4f { let v = ${terms.join(' + ')}; ${factor} }`,
    reads: {
      ...(bias && { bias }),
      ...(shift && { shift: shift.tensor }),
      ...(residual && { residual }),
      ...(isSloped && { z: slope.x }),
    },
    alike: ['residual', 'z'],
  };
}

/** Nothing happens to it. */
export const PLAIN = epilogueOf(0, {}) as Epilogue;

const isByColumn = ({ shape, dtype }: TensorInfo, n: number) =>
  dtype === 'float32' && shape.at(-1) === n && sizeOf(shape) === n;

/** WGSL: an f32. */
const float = (value: number): string => `f32(${value})`;
