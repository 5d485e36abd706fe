import { expect, it } from 'vitest';
import { stopwatch } from './stopwatch';

const SECONDS = 1000;

/** A promise that is kept by hand. */
function promised<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((keep) => {
    resolve = keep;
  });
  return { promise, resolve };
}

/** A clock that is moved by hand. */
function timer() {
  let time = 0;
  const clock = stopwatch(() => time);
  const pass = (seconds: number) => {
    time += seconds * SECONDS;
  };
  const spend = (seconds: number) => async () => pass(seconds);
  return { clock, pass, spend };
}

it('times steps that are computed at once; waiting is a share, pauses are left out', async () => {
  const { clock, pass, spend } = timer();
  await clock.wait(spend(1));
  pass(3);
  expect(await clock.lap(Promise.resolve('a'))).toEqual({ numbers: 'a', seconds: 4, waitingShare: 0.25 });
  await clock.pause(spend(60));
  pass(2);
  expect(await clock.lap(Promise.resolve('b'))).toEqual({ numbers: 'b', seconds: 2, waitingShare: 0 });
});

it('times steps that a device computes while the next is prepared, by their ends', async () => {
  const { clock, pass, spend } = timer();
  const [first, second] = [promised<1>(), promised<2>()];
  const firstLap = clock.lap(first.promise);
  // The device is busy: neither waiting for images nor a callback makes the step shorter.
  await clock.wait(spend(1));
  await clock.pause(spend(2));
  const secondLap = clock.lap(second.promise);
  pass(1);
  first.resolve(1);
  expect(await firstLap).toEqual({ numbers: 1, seconds: 4, waitingShare: 0 });
  pass(5);
  second.resolve(2);
  expect(await secondLap).toEqual({ numbers: 2, seconds: 5, waitingShare: 0 });
});

it('a callback during which the device ends its step leaves out only the rest', async () => {
  const { clock, pass, spend } = timer();
  const step = promised<1>();
  const lap = clock.lap(step.promise);
  await clock.pause(async () => {
    pass(3);
    step.resolve(1);
    await lap;
    pass(10);
  });
  expect((await lap).seconds).toBe(3);
  await clock.wait(spend(1));
  pass(1);
  expect(await clock.lap(Promise.resolve(2))).toEqual({ numbers: 2, seconds: 2, waitingShare: 0.5 });
});
