import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planBatches } from './batch-plan';
import { runLength } from './run-length';

const START = { step: 0, epochsDone: 0, position: 0 };

describe('the length of a run', () => {
  it('is that of its epochs or its steps, whichever ends first', () => {
    const images = { images: 100, batchSize: 12 };
    const length = { stepsPerEpoch: 9, epochs: 3 };
    expect(runLength(START, { ...images, epochs: 3 })).toEqual({ ...length, steps: 27, stepsLeft: 27 });
    expect(runLength(START, { ...images, steps: 20 })).toEqual({ ...length, steps: 20, stepsLeft: 20 });
    expect(runLength(START, { ...images, epochs: 3, steps: 20 }).steps).toBe(20);
    expect(runLength(START, images)).toEqual({
      steps: Infinity,
      stepsLeft: Infinity,
      stepsPerEpoch: 9,
      epochs: Infinity,
    });
  });

  it('keeps what is done, whatever images there are now', () => {
    const done = { step: 2, epochsDone: 2, position: 0 };
    const more = runLength(done, { images: 24, batchSize: 12, epochs: 3 });
    expect(more).toEqual({ steps: 4, stepsLeft: 2, stepsPerEpoch: 2, epochs: 3 });
    const fewer = runLength(done, { images: 3, batchSize: 12, epochs: 3 });
    expect(fewer).toEqual({ steps: 3, stepsLeft: 1, stepsPerEpoch: 1, epochs: 3 });
    expect(runLength(done, { images: 24, batchSize: 12, epochs: 2 })).toMatchObject({
      steps: 2,
      stepsLeft: 0,
      epochs: 2,
    });
    expect(runLength(done, { images: 24, batchSize: 12, steps: 1 })).toMatchObject({ steps: 2, stepsLeft: 0 });
  });

  it('is as many batches as the plan of the data has up to there, from any place in it', () => {
    const number = (most: number) => fc.integer({ min: 1, max: most });
    fc.assert(
      fc.property(number(40), number(12), number(4), fc.nat(30), (images, batchSize, epochs, stop) => {
        const total = epochs * Math.ceil(images / batchSize);
        const plan = [...planBatches({ seed: 1, length: images, batchSize, batches: total })];
        expect(plan.at(-1)?.next).toEqual({ epochsDone: epochs, position: 0 });
        const step = stop % (total + 1);
        const place = plan[step - 1]?.next ?? START;
        const length = runLength({ step, ...place }, { images, batchSize, epochs });
        expect(length).toEqual({ steps: total, stepsLeft: total - step, stepsPerEpoch: total / epochs, epochs });
      }),
    );
  });
});
