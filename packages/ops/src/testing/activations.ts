import * as tf from '@tensorflow/tfjs-core';
import { gelu, silu } from '../activations';
import { Gelu, GeluGrad, Silu, SiluGrad } from '../kernels';
import { type ConformanceCase, expectedOf, numbers } from './conformance-case';
import { activations } from './normal-distribution';
import { exact, multiply } from './tracked';

const ops = { gelu: [gelu, Gelu, GeluGrad], silu: [silu, Silu, SiluGrad] } as const;

export const activationCases: readonly ConformanceCase[] = (['gelu', 'silu'] as const).flatMap((name) => {
  const [op, kernel, gradKernel] = ops[name];
  const { value, slope } = activations[name];
  return [[1], [3, 5], [2, 7, 9, 5], [1001]].map((shape) => ({
    family: 'activations',
    name: `${name} of [${shape}] and its gradient`,
    kernels: [kernel, gradKernel],
    inputs: () => [numbers(shape, 1, 2), numbers(shape, 2)],
    run: (x, dy) => [op(x), tf.grad((t: tf.Tensor) => op(t))(x, dy)],
    expected: (x, dy) => [
      expectedOf(shape, (i) => value(exact(x.values[i] as number))),
      expectedOf(shape, (i) => multiply(exact(dy.values[i] as number), slope(exact(x.values[i] as number)))),
    ],
  }));
});
