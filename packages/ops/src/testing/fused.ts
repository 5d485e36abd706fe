import * as tf from '@tensorflow/tfjs-core';
import { type ConformanceCase, expectedOf, numbers } from './conformance-case';
import { type Convolution, convolved, samePadding } from './convolution';
import { exact, exp, multiply, sigmoid, subtract, sumsAt, type Tracked } from './tracked';

/** tfjs's products and convolutions with what follows them: a bias by column, an activation. */

const LEAK = 0.3;
const positive = (x: Tracked): Tracked => ({ ...x, value: Math.max(0, x.value) });
const activations: Readonly<Record<string, (x: Tracked, slope: number) => Tracked>> = {
  linear: (x) => x,
  relu: positive,
  relu6: (x) => ({ ...x, value: Math.min(6, Math.max(0, x.value)) }),
  elu: (x) => (x.value < 0 ? subtract(exp(x), exact(1)) : x),
  sigmoid,
  leakyrelu: (x) => (x.value < 0 ? multiply(x, { value: LEAK, error: LEAK }) : x),
  prelu: (x, slope) => (x.value < 0 ? multiply(x, exact(slope)) : x),
};

type Product = {
  readonly activation: string;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeB?: boolean;
  /** By column, or by element. */
  readonly bias?: 'column' | 'element' | 'none';
};

function productCase({ activation, m, n, k, transposeB = false, bias = 'column' }: Product): ConformanceCase {
  return {
    family: 'fused',
    name: `${activation} of [${m},${k}] × [${k},${n}]${bias === 'none' ? '' : ` and a bias by ${bias}`}`,
    kernels: ['_FusedMatMul'],
    inputs: () => [
      numbers([m, k], 1),
      numbers(transposeB ? [n, k] : [k, n], 2),
      numbers(bias === 'element' ? [m, n] : [n], 3),
      numbers([n], 4),
    ],
    run: (a, b, biases, slopes) =>
      tf.fused.matMul({
        a: a as tf.Tensor2D,
        b: b as tf.Tensor2D,
        transposeB,
        activation: activation as 'relu',
        leakyreluAlpha: LEAK,
        ...(bias !== 'none' && { bias: biases }),
        ...(activation === 'prelu' && { preluActivationWeights: slopes }),
      }),
    expected: ({ values: a }, { values: b }, { values: biases }, slopes) => [
      expectedOf([m, n], (i) => {
        const [row, column] = [Math.floor(i / n), i % n];
        const sums = sumsAt(1);
        for (let j = 0; j < k; j++) {
          sums.put(0, (a[row * k + j] as number) * (b[transposeB ? column * k + j : j * n + column] as number));
        }
        if (bias !== 'none') sums.put(0, biases[bias === 'element' ? i : column] as number);
        return activate(activation, sums.at(0), slopes.values[column] as number);
      }),
    ],
  };
}

const activate = (name: string, x: Tracked, slope = 0) =>
  (activations[name] as (typeof activations)['linear'])(x, slope);

function convolutionCase(activation: string, x: Convolution['x'], filter: Convolution['filter']): ConformanceCase {
  const convolution = { x, filter, padding: samePadding({ x, filter }) };
  return {
    family: 'fused',
    name: `${activation} of [${x}] by [${filter}] and a bias`,
    kernels: ['FusedConv2D'],
    inputs: () => [numbers(x, 1), numbers(filter, 2), numbers([filter[3]], 3)],
    run: (image, weights, bias) =>
      tf.fused.conv2d({
        x: image as tf.Tensor4D,
        filter: weights as tf.Tensor4D,
        strides: 1,
        pad: 'same',
        bias,
        activation: activation as 'relu',
      }),
    expected: (image, weights, bias) => {
      const y = convolved(convolution, image, weights, bias);
      return [{ ...y, values: y.values.map((value) => activate(activation, value)) }];
    },
  };
}

export const fusedCases: readonly ConformanceCase[] = [
  ...['linear', 'relu', 'relu6', 'elu', 'sigmoid', 'leakyrelu'].map((activation) =>
    productCase({ activation, m: 5, n: 8, k: 9 }),
  ),
  productCase({ activation: 'linear', m: 5, n: 11, k: 9 }),
  productCase({ activation: 'prelu', m: 5, n: 7, k: 600, transposeB: true, bias: 'none' }),
  productCase({ activation: 'relu', m: 5, n: 7, k: 6, bias: 'element' }),
  ...['linear', 'relu', 'sigmoid'].map((activation) => convolutionCase(activation, [1, 5, 6, 3], [3, 3, 3, 5])),
  convolutionCase('linear', [2, 6, 6, 8], [3, 3, 8, 8]),
];
