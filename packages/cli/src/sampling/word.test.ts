import { expect, test } from 'vitest';
import { wordOf } from './word';

const letters = [...'ABab01'];

test('characters are classes to the letter, upper and lower case apart; spaces are blank cells', () => {
  const word = wordOf('Ab a', letters);
  expect(word.classes).toEqual(['A', 'b', 'a']);
  expect(word.columns).toBe(4);
});

test('rows get their blank cells, of the colour that most corners have', () => {
  const word = wordOf('A b', letters);
  // Two rows of two images of 2×2, of which one has other corners.
  const data = Float32Array.from([...Array(12).fill(-1), ...Array(4).fill(1)]);
  const { data: whole, columns } = word.withBlanks({ data, imageShape: [2, 2, 1] });
  expect(columns).toBe(3);
  const cell = (i: number) => Array.from((whole as Float32Array).subarray(4 * i, 4 * i + 4));
  expect([0, 1, 2, 3, 4].map((i) => cell(i)[0])).toEqual([-1, -1, -1, -1, -1]);
  expect(cell(5)).toEqual([1, 1, 1, 1]);
});

test.each([
  ['Äb!', letters, '--text: the model does not know Ä !; it draws 0–1, A–B, a–b.'],
  ['7', ['cat', 'dog'], '--text: the model does not know 7; its classes are no characters, give them with --class.'],
  ['7', [], '--text: the model does not know 7; it was trained without classes.'],
  [' \t', letters, '--text has no character to draw; give a word.'],
  ['\u0041\u0308', letters, 'does not know Ä'], // A with a combining mark is one character
])('%j of %j: %s', (text, classNames, message) => {
  expect(() => wordOf(text, classNames)).toThrow(message);
});
