import { expect, test } from 'vitest';
import { DenoiserError } from './denoiser-error';

test('a message that repeats a value of any length keeps its beginning and its end', () => {
  const { message } = new DenoiserError(
    'option-invalid',
    `\`steps\` must be a number, not ${'x'.repeat(200_000)}; give one.`,
  );
  expect(message).toMatch(/^`steps` must be a number, not x+ … x+; give one\.$/);
  expect(message.length).toBeLessThan(3000);
});

test('lists of many lines and long paths stay whole', () => {
  const list = Array.from({ length: 5000 }, (_, i) => `picture ${i}.png is damaged`).join('\n');
  expect(new DenoiserError('images-damaged', list).message).toBe(list);
  const paths = `Cannot move ${'a'.repeat(4096)} to ${'b'.repeat(4096)}.`;
  expect(new DenoiserError('file-busy', paths).message).toBe(paths);
});
