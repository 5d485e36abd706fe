import { gelu, silu } from '../activations';
import { Gelu, GeluGrad, Silu, SiluGrad } from '../kernels';
import { type ConformanceCase, differentiated, draw, expectedOf, type Numbers, numbers } from './conformance-case';
import { activations } from './normal-distribution';
import { exact, multiply } from './tracked';

const ops = { gelu: [gelu, Gelu, GeluGrad], silu: [silu, Silu, SiluGrad] } as const;

const ofNumbers = (name: keyof typeof ops, what: string, x: () => Numbers): ConformanceCase => {
  const [op, kernel, gradKernel] = ops[name];
  const { value, slope } = activations[name];
  return {
    family: 'activations',
    name: `${name} of ${what} and its gradient`,
    kernels: [kernel, gradKernel],
    inputs: () => [x(), numbers(x().shape, 2)],
    ...differentiated((t) => op(t)),
    expected: ({ shape, values }, dy) => [
      expectedOf(shape, (i) => value(exact(values[i] as number))),
      expectedOf(shape, (i) => multiply(exact(dy.values[i] as number), slope(exact(values[i] as number)))),
    ],
  };
};

const names = ['gelu', 'silu'] as const;
const ofShape = (name: keyof typeof ops, shape: readonly number[]) =>
  ofNumbers(name, `[${shape}]`, () => numbers(shape, 1, 2));
const farFromZero = () => ({ shape: [161], values: Float32Array.from({ length: 161 }, (_, i) => (i - 80) / 10) });

export const activationCases: readonly ConformanceCase[] = names.flatMap((name) => [
  ...[[1], [3, 5], [2, 7, 9, 5], [1001]].map((shape) => ofShape(name, shape)),
  ofNumbers(name, 'numbers from −8 to 8', farFromZero),
]);

export const drawnActivationCases: readonly ConformanceCase[] = draw(5, { rows: [1, 6], columns: [1, 40] }).flatMap(
  ({ rows, columns }) => names.map((name) => ofShape(name, [rows, columns])),
);
