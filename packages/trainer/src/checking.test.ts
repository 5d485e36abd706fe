import { expect, test } from 'vitest';
import {
  type Check,
  finiteNumber,
  json,
  listOf,
  objectOf,
  oneOf,
  optional,
  recordOf,
  textLike,
  textUpTo,
  trueOrFalse,
  wholeNumberIn,
} from './checking';

const faultOf = (check: Check<unknown>, value: unknown): string | undefined => {
  try {
    check(value, '', (path, needed) => {
      throw new Error(`${path}: ${needed}`);
    });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

test('what is as it should be comes out, without what is not asked for', () => {
  const check = objectOf<{ a: number; b?: string | undefined; c: boolean[] }>({
    a: wholeNumberIn(0),
    b: optional(textUpTo(3)),
    c: listOf(trueOrFalse, { most: 2 }),
  });
  const fail = () => {
    throw new Error('no');
  };
  expect(check({ a: 1, c: [true], more: 5 }, '', fail)).toEqual({ a: 1, c: [true] });
  expect(check(JSON.parse('{"a":1,"b":"x","c":[],"__proto__":{"a":7}}'), '', fail)).toEqual({ a: 1, b: 'x', c: [] });
});

test.each<[Check<unknown>, unknown, string]>([
  [objectOf({ a: objectOf({ b: finiteNumber }) }), { a: {} }, 'a.b: a number'],
  [
    objectOf({ a: listOf(wholeNumberIn(1, 9), { least: 3, most: 3 }) }),
    { a: [1, 2, 10] },
    'a[2]: a whole number from 1 to 9',
  ],
  [listOf(finiteNumber, { least: 3, most: 3 }), [1], ': a list of 3'],
  [objectOf({ a: finiteNumber }), [], ': an object'],
  [objectOf({ toString: textUpTo(9) }), {}, 'toString: a text of up to 9 characters'],
  [oneOf(['x', 'y']), 'z', ': one of x, y'],
  [textLike(/^\d+$/, 'digits'), 'a', ': digits'],
  [recordOf(finiteNumber, 1), { a: 1, b: 2 }, ': an object of up to 1 fields'],
  [recordOf(finiteNumber, 2), { a: 1, b: Number.NaN }, 'b: a number'],
  [json(9), JSON.parse(`${'['.repeat(1e5)}${']'.repeat(1e5)}`), ': a value nested at most 32 deep'],
  [json(9), { a: ['ten letters'] }, ': texts of up to 9 characters'],
  [json(9), undefined, ': a value'],
])('what is not is told by its path and what it needs', (check, value, fault) => {
  expect(faultOf(check, value)).toBe(fault);
});
