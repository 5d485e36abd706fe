import { expect, test } from 'vitest';
import { atPath, CommandError, describeError } from './errors';

test('an error for the user is its own sentence, on one line', () => {
  expect(describeError(new CommandError('model-missing', 'The file a.png\n  is empty.'))).toBe(
    'The file a.png is empty.',
  );
  expect(describeError(Object.assign(new Error('Other package.'), { isDenoiserError: true }))).toBe('Other package.');
});

test('what a terminal would obey is escaped', () => {
  expect(describeError(new CommandError('model-missing', 'no \x1b[2Ja.png'))).toBe('no \\x1b[2Ja.png');
  expect(describeError(new Error('\x9b31m'))).toContain('\\x9b31m');
});

test('an error of the system names the file and says what to do', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: 'runs/a/x' });
  expect(describeError(full)).toBe('Cannot use runs/a/x: the disk is full: free some space or choose another folder.');
  const write = () =>
    atPath('remove', 'grid.png', () => {
      throw Object.assign(new Error('EROFS'), { code: 'EROFS' });
    });
  expect(write).toThrow('Cannot remove grid.png: the file system is read-only: choose another folder.');
});

test('anything else says how to see where it came from', () => {
  expect(describeError(new TypeError('x is\nnot a function'))).toBe(
    'unexpected error: x is not a function (DENOISER_DEBUG=1 shows where)',
  );
  expect(describeError('thrown text')).toContain('thrown text');
});
