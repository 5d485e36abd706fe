import { beforeEach, expect, test } from 'vitest';
import { addEntries, classes, type Entry, entries, removed, removeEntries } from './dataset';

const picture = (name: string, className: string): Entry => ({
  name,
  className,
  source: { width: 1, height: 1, data: new Uint8ClampedArray(4) },
});

beforeEach(() => {
  entries.value = [];
  removed.value = undefined;
});

test('what was taken away comes back where it was, with what was added since', () => {
  const [a, b, c] = [picture('a', 'cat'), picture('b', 'dog'), picture('c', 'cat')];
  addEntries([a, b, c]);
  removeEntries(({ className }) => className === 'cat');
  expect(classes.value.map(({ name }) => name)).toEqual(['dog']);
  expect(removed.value?.count).toBe(2);
  const d = picture('d', 'dog');
  addEntries([d]);
  removed.value?.undo();
  expect(entries.value).toEqual([a, b, c, d]);
  expect(removed.value).toBeUndefined();
});

test('one picture is taken away, and where none is there is nothing to undo', () => {
  const [a, b] = [picture('a', ''), picture('b', '')];
  addEntries([a, b]);
  removeEntries((entry) => entry === a);
  expect(entries.value).toEqual([b]);
  removed.value = undefined;
  removeEntries((entry) => entry === a);
  expect(removed.value).toBeUndefined();
});
