import { expect, test, vi } from 'vitest';
import type { Answers } from './answerer';
import { checkedAnswers } from './check-arguments';

const answer = vi.fn(async () => undefined);
const ask = (method: string, argument: unknown) =>
  (
    checkedAnswers({ [method]: answer } as unknown as Answers) as never as Record<
      string,
      (...of: unknown[]) => Promise<void>
    >
  )[method]?.(argument, {});

test.each<[string, unknown, string]>([
  // An array of a thousand million zeros, made before anybody looks at it.
  ['openModel', { source: { file: { length: 1e9 } }, facts: {} }, '`file` must be bytes, or a file or blob.'],
  ['openModel', { source: { folder: { a: 1 } }, facts: {} }, '`folder` must be files by their paths.'],
  // The name of any function that a training has.
  ['control', { run: 'a', action: 'end' }, '`action` must be one of pause, resume, stop.'],
  ['download', { run: 'a', weights: '../a' }, '`weights` must be one of ema, model.'],
  [
    'drawImages',
    { model: 1, request: { image: { width: 8, height: 8, data: new Uint8ClampedArray(3) } } },
    '`image` must be a file or blob, an ImageBitmap, or RGBA bytes with their width and height.',
  ],
  ['closeModel', 'a', 'What `closeModel` is given must be a whole number from 0.'],
])('%s refuses %j', async (method, argument, message) => {
  await expect(ask(method, argument)).rejects.toMatchObject({ code: 'option-invalid', message });
  expect(answer).not.toHaveBeenCalled();
});

test('what is as it should be comes through, with options that others check', async () => {
  const given = { model: 1, request: { cuont: 3, classes: ['a', 2], guidance: { scale: 2 } } };
  await ask('drawImages', given);
  expect(answer).toHaveBeenCalledWith(given, {});
});
