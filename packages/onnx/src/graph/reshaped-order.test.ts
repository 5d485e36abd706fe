import { expect, test } from 'vitest';
import { fc } from '../../../../tests/properties';
import { reshapedOrder } from './reshaped-order';
import { inOrder } from './value';

test.each([
  { shape: [2, 4, 6, 8], order: [0, 3, 1, 2], wanted: [2, 24, 8], result: [0, 2, 1] },
  { shape: [2, 24, 8], order: [0, 2, 1], wanted: [2, 4, 6, 8], result: [0, 3, 1, 2] },
  { shape: [2, 8], order: [1, 0], wanted: [2, 1, 1, 8], result: [1, 2, 3, 0] },
  { shape: [2, 4, 6], order: [0, 2, 1], wanted: [8, 6], result: undefined },
  { shape: [2, 4, 6], order: [0, 1, 2], wanted: [6, 8], result: [0, 1] },
])('$shape in the order $order as $wanted', ({ shape, order, wanted, result }) => {
  expect(reshapedOrder(shape, order, wanted)).toEqual(result);
});

/** The numbers 0, 1, … of a tensor as they stand in memory, axes in an order. */
function inMemory(shape: readonly number[], order: readonly number[]): number[] {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((a, b) => a * b, 1));
  return order.reduce<number[]>(
    (starts, axis) =>
      starts.flatMap((start) =>
        Array.from({ length: shape[axis] as number }, (_, i) => start + i * (strides[axis] as number)),
      ),
    [0],
  );
}

test('an order that is given leaves every number where it is', () => {
  const sides = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
  const shapes = sides.chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.shuffledSubarray(
        shape.map((_, i) => i),
        { minLength: shape.length },
      ),
    ),
  );
  const property = fc.property(shapes, fc.nat(), ([shape, order], cut) => {
    // Two neighbours joined, or an axis split off.
    const at = cut % shape.length;
    const joined =
      shape.length > 1 && at > 0
        ? shape.toSpliced(at - 1, 2, (shape[at - 1] as number) * (shape[at] as number))
        : shape;
    for (const [from, to] of [
      [shape, joined],
      [shape, [...shape, 1]],
    ] as const) {
      const result = reshapedOrder(from, order, to);
      if (!result) continue;
      expect(result.toSorted()).toEqual(to.map((_, i) => i));
      expect(inOrder(to, result).reduce((a, b) => a * b)).toBe(from.reduce((a, b) => a * b));
      expect(inMemory(to, result)).toEqual(inMemory(from, order));
    }
  });
  fc.assert(property);
});
