import { expect, it } from 'vitest';
import type { ConformanceCase, Expected, Numbers } from './conformance-case';
import { conformanceCases, drawnCases } from './index';

/**
 * What is expected of gradients has to be the slope of what is expected of values: for a direction e at random,
 * Σ dyᵢ·(yᵢ(x + h·e) − yᵢ(x − h·e))/2h = Σ gradientⱼ·eⱼ, to h⁴ and to what float64 has lost, 2⁻⁵²/h.
 */
function slopes(one: ConformanceCase): { measured: number; expected: number; size: number } {
  const inputs = one.inputs();
  const dy = inputs.at(-1) as Numbers;
  const outputs = one.expected(...inputs);
  const directions = inputs
    .slice(0, -1)
    .map(({ values }, input) => Array.from(values, (_, i) => Math.cos(7 * i + input)));
  const value = (h: number) => {
    const moved = inputs.map(({ shape, values }, input) => ({
      shape,
      values: Float64Array.from(values, (x, i) => x + h * (directions[input]?.[i] ?? 0)),
    }));
    return (one.expected(...moved)[0] as Expected).values.reduce(
      (sum, y, i) => sum + y.value * (dy.values[i] as number),
      0,
    );
  };
  const h = 1e-3;
  const difference = (step: number) => (value(step) - value(-step)) / (2 * step);
  let [expected, size] = [0, 0];
  directions.forEach((direction, input) => {
    (outputs[input + 1] as Expected).values.forEach(({ value }, i) => {
      expected += value * (direction[i] as number);
      size += Math.abs(value * (direction[i] as number));
    });
  });
  return { measured: (4 * difference(h) - difference(2 * h)) / 3, expected, size };
}

const isKinked = ({ name }: ConformanceCase) => name.startsWith('maxPool2x');
/** The formulas are the same for large ones. */
const isSmall = ({ inputs }: ConformanceCase) => inputs().reduce((sum, { values }) => sum + values.length, 0) < 1000;
const cases = [...conformanceCases(), ...drawnCases()].filter(
  (one) => one.hasGradients && isSmall(one) && !isKinked(one),
);

it.each(cases.map((one) => [one.name, one] as const))(
  'the gradients expected of %s are the slopes of its values',
  (_, one) => {
    const { measured, expected, size } = slopes(one);
    expect(Math.abs(measured - expected)).toBeLessThan(1e-7 * (1 + size));
  },
);
