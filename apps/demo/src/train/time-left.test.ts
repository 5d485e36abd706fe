import { expect, test } from 'vitest';
import { createPace, roughly } from './time-left';

/** 20 ms a step, and after every hundredth a preview of a second, as a training of 1,500 steps goes. */
function training(upTo: number) {
  const pace = createPace();
  let now = 0;
  for (let step = 1; step <= upTo; step++) {
    now += 20 + (step % 100 === 1 && step > 1 ? 1000 : 0);
    pace.record(step, now);
  }
  return pace;
}

test('the time left counts previews, too', () => {
  for (const done of [150, 420, 1499]) {
    const truth = ((1500 - done) * 30) / 1000; // on average
    expect(training(done).secondsTo(1500)).toBeCloseTo(truth, 0);
  }
});

test('before two steps nobody knows; a rest is not counted, and going back to a checkpoint begins anew', () => {
  const pace = createPace();
  expect(pace.secondsTo(10)).toBeUndefined();
  pace.record(1, 0);
  expect(pace.secondsTo(10)).toBeUndefined();
  pace.record(2, 1000);
  expect(pace.secondsTo(10)).toBe(8);
  pace.rest();
  pace.record(3, 900_000);
  pace.record(4, 902_000);
  expect(pace.secondsTo(10)).toBe(12);
  pace.record(2, 950_000);
  expect(pace.secondsTo(10)).toBeUndefined();
});

test.each([
  [0, '5 s'],
  [31, '35 s'],
  [59, '1 min'],
  [440, '7 min'],
  [4800, '1 h 20 min'],
])('%d seconds are %s', (seconds, words) => {
  expect(roughly(seconds)).toBe(words);
});
