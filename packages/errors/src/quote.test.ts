import { expect, test } from 'vitest';
import { quote } from './quote';

test('a name is quoted and printable, and cut where it gets long', () => {
  expect(quote('a "b"\x1b[2J\u202e')).toBe('"a \\"b\\"\\u001b[2J\\u202e"');
  expect(quote('x'.repeat(120))).toBe(`"${'x'.repeat(120)}"`);
  expect(quote('x'.repeat(121))).toBe(`"${'x'.repeat(117)}..."`);
});
