import { expect, test } from 'vitest';
import { DenoiserError } from './denoiser-error';
import { printable } from './printable';

test('what would move a cursor, colour a terminal or turn the writing is escaped', () => {
  expect(printable('a\x1b[2Jb\x07\r\n\x9b31m\u202egnp.exe')).toBe('a\\x1b[2Jb\\x07\\x0d\\n\\x9b31m\\u202egnp.exe');
  expect(printable('half a pair \ud83d')).toBe('half a pair \\ud83d');
});

test('names of people stay as they are', () => {
  for (const name of ['Chät', 'emoji 🐈', '犬', 'quote\'s "x"', 'C:\\pictures', 'ЖЗИ'])
    expect(printable(name)).toBe(name);
});

test('the message of an error is printable by construction, line by line', () => {
  expect(new DenoiserError('image-invalid', 'Cannot read \x1b]0;title\x07.png:\nit is empty').message).toBe(
    'Cannot read \\x1b]0;title\\x07.png:\nit is empty',
  );
});
