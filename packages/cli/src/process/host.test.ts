import { expect, test } from 'vitest';
import { createHost } from './host';
import { createLink } from './link';

test('a signal is aborted while its thread computes, and hears of it by looking', () => {
  const front = createLink();
  const { signal } = createHost(createLink(front.memory), () => {});
  let heard = 0;
  signal.addEventListener('abort', () => heard++);
  expect(signal.aborted).toBe(false);
  expect(() => signal.throwIfAborted()).not.toThrow();
  front.interrupt(); // no message, no turn of the event loop
  expect(() => signal.throwIfAborted()).toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect([signal.aborted, heard, signal.reason.name]).toEqual([true, 1, 'AbortError']);
});

test('the two ends of a link know the same', () => {
  const [front, back] = [createLink(), createLink()];
  const other = createLink(front.memory);
  front.columns.stdout = 80;
  other.hold();
  expect([other.columns.stdout, front.isHeld, back.columns.stdout, back.isHeld]).toEqual([80, true, undefined, false]);
  front.columns.stdout = undefined;
  expect(other.columns.stdout).toBeUndefined();
});
