import { add, memory, ones, scalar, tidy } from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { untilAborted } from './until-aborted';

/** As one whose `aborted` looks at what another thread has set, after so many looks. */
function signalAfter(looks: number): AbortSignal {
  const { signal } = new AbortController();
  let looked = 0;
  Object.defineProperty(signal, 'aborted', { get: () => ++looked > looks });
  Object.defineProperty(signal, 'reason', { value: new Error('enough') });
  return signal;
}

const sums = (count: number) =>
  tidy(() => Array.from({ length: count }).reduce<ReturnType<typeof ones>>((x) => add(x, 1), ones([4])));

test('work ends between two kernels, and a tidy leaves nothing', () => {
  const before = memory().numTensors;
  let done = 0;
  const work = () =>
    tidy(() => {
      for (; done < 100; done++) scalar(1).add(1);
      return scalar(1);
    });
  expect(() => untilAborted(signalAfter(10), work)).toThrow('enough');
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(100);
  expect(memory().numTensors).toBe(before);
});

test('work that nobody ends is done, and so is what follows one that was ended', () => {
  for (const signal of [undefined, new AbortController().signal]) {
    const sum = untilAborted(signal, () => sums(3));
    expect([...sum.dataSync()]).toEqual([4, 4, 4, 4]);
    sum.dispose();
  }
  const sum = sums(3);
  expect([...sum.dataSync()]).toEqual([4, 4, 4, 4]);
  sum.dispose();
});

test('a signal that is aborted already lets nothing begin', () => {
  const work = () => expect.unreachable();
  expect(() => untilAborted(AbortSignal.abort(new Error('no')), work)).toThrow('no');
});
