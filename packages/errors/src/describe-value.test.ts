import { expect, it } from 'vitest';
import { describeValue } from './describe-value';

it('a value is shown so that its type is seen, whatever it is, and cut', () => {
  const circle: { self?: unknown } = {};
  circle.self = circle;
  const values = [
    '3',
    3,
    Number.NaN,
    5n,
    null,
    undefined,
    true,
    [1, 'a'],
    { x: 1 },
    circle,
    { n: 5n },
    () => 3,
    Symbol('s'),
  ];
  expect(values.map(describeValue)).toEqual([
    ...['"3"', '3', 'NaN', '5', 'null', 'undefined', 'true', '[1,"a"]', '{"x":1}'],
    ...['an object', 'an object', 'a function', 'Symbol(s)'],
  ]);
  expect(describeValue('x'.repeat(1000))).toHaveLength(101);
});
