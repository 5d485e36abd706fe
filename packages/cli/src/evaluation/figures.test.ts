import { expect, test } from 'vitest';
import { figure, measured } from './figures';

test('a mean has the digits that its error leaves it, in one notation', () => {
  expect(measured([{ mean: 13730.31, standardError: 442.0877 }])).toEqual([['13730', '± 442']]);
  expect(
    measured([
      { mean: 1.00184, standardError: 0.01842 },
      { mean: 0.98061, standardError: 0.0058 },
    ]),
  ).toEqual([
    ['1.0018', '± 0.0184'],
    ['0.9806', '± 0.0058'],
  ]);
  expect(measured([{ mean: 2.5e-5, standardError: 3.21e-6 }])).toEqual([['0.0000250', '± 0.0000032']]);
});

test('of one image there is no error, and of equal ones an error of 0', () => {
  expect(measured([{ mean: 1.5, standardError: null }])).toEqual([['1.5000', '']]);
  expect(measured([{ mean: 1.5, standardError: 0 }])).toEqual([['1.5000', '± 0.0000']]);
});

test('a number alone is written out, small or large', () => {
  expect([1.02551, 8934.2, 9.2051e-6, 0, -0.004].map(figure)).toEqual([
    '1.0255',
    '8934',
    '0.00000921',
    '0.0000',
    '-0.00400',
  ]);
});
