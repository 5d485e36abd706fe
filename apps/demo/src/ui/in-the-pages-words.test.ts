import { expect, test } from 'vitest';
import { inThePagesWords } from './in-the-pages-words';

test('options that libraries speak of are called as the fields of the page are', () => {
  const error = new Error(
    'The weights gave numbers that are not finite at step 3; take other weights, or another `sampler`.',
  );
  expect(inThePagesWords(error)).toMatch(/or another “Solver”\.$/);
  expect(inThePagesWords(new Error('`training.batchSize` must be 1 to 64, not 0.'))).toBe(
    '“Batch size” must be 1 to 64, not 0.',
  );
  expect(inThePagesWords('no option at all: a ` alone')).toBe('no option at all: a ` alone');
});
