import '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { drawNoise, drawTimesteps, dropLabels } from './draws';
import { uniform } from './timesteps/uniform';

describe('drawTimesteps', () => {
  const sampler = (first: number, steps: number) => uniform.make({ type: 'uniform', first })(steps);

  it.each([0, 1])('is uniform from %i to T − 1', (first) => {
    const T = 5;
    const counts = new Array<number>(T).fill(0);
    const steps = 2000;
    for (let step = 0; step < steps; step++) {
      for (const t of drawTimesteps(sampler(first, T), { seed: 1, step, count: 4 }).t) counts[t]++;
    }
    // Binomial with n = 8000, p = 1/4 or 1/5: standard deviation below 38.8; five of them.
    counts.forEach((count, t) => {
      expect(Math.abs(count - (t < first ? 0 : 8000 / (T - first)))).toBeLessThan(194);
    });
    if (first === 1) expect(counts[0]).toBe(0);
  });

  it('in continuous time is even within each, and of the same t', () => {
    const options = { seed: 1, step: 3, count: 8000 };
    const whole = drawTimesteps(sampler(0, 4), options);
    expect([...whole.times]).toEqual([...whole.t]);
    const { t, times } = drawTimesteps(sampler(0, 4), { ...options, isContinuous: true });
    expect(t).toEqual(whole.t);
    const within = [...times].map((time, i) => time - t[i]);
    for (const share of within) expect(share).toBeGreaterThan(0);
    for (const share of within) expect(share).toBeLessThanOrEqual(1);
    // The mean of 8000 uniforms has deviation √(1/12/8000) = 0.0032; five of them.
    expect(Math.abs(within.reduce((a, b) => a + b) / 8000 - 0.5)).toBeLessThan(0.016);
  });

  it('gives an image the same t whatever the size of its batch', () => {
    const drawn = (count: number) => [...drawTimesteps(sampler(1, 1000), { seed: 1, step: 3, count }).t];
    expect(drawn(8).slice(0, 2)).toEqual(drawn(2));
  });
});

describe('drawNoise', () => {
  it('gives an image the same noise in whatever part of a batch it is', () => {
    const noise = (places: number[]) =>
      Array.from(drawNoise([places.length, 2, 2, 2], { seed: 1, step: 3, places, offset: 0.5 }).dataSync());
    expect(noise([0, 1, 2]).slice(16)).toEqual(noise([2]));
  });

  it('with an offset has one more number for each image and channel', () => {
    const options = { seed: 1, step: 3, places: [0, 1] };
    const [plain, shifted] = [0, 0.5].map((offset) => drawNoise([2, 4, 4, 2], { ...options, offset }).dataSync());
    const shifts = plain.map((value, i) => (shifted[i] - value) / 0.5);
    const of = (image: number, channel: number) => shifts.filter((_, i) => i >> 5 === image && i % 2 === channel);
    const firsts = [of(0, 0), of(0, 1), of(1, 0), of(1, 1)].map((values) => {
      // Two roundings of numbers below 8, twice as large after the division.
      for (const value of values) expect(Math.abs(value - values[0])).toBeLessThan(4 * 8 * 2 ** -24);
      return values[0].toFixed(3);
    });
    expect(new Set(firsts).size).toBe(4);
  });

  it('has the variance 1 + offset² over many images', () => {
    const places = Array.from({ length: 4000 }, (_, i) => i);
    const values = Array.from(drawNoise([4000, 1, 1, 1], { seed: 2, step: 0, places, offset: 0.5 }).dataSync());
    const variance = values.reduce((sum, value) => sum + value * value, 0) / 4000;
    // The mean of n squared normals of variance s has standard deviation s·√(2/n) = 0.028; five of them.
    expect(Math.abs(variance - 1.25)).toBeLessThan(0.14);
  });
});

describe('dropLabels', () => {
  const labels = Int32Array.of(0, 1, 2);
  const dropped = (dropout: number) =>
    Array.from({ length: 4000 }, (_, step) => dropLabels(labels, { seed: 9, step, dropout, per: 'batch' })).filter(
      (l) => l[0] === -1,
    );

  it('drops all labels of a batch or none, as often as asked', () => {
    expect(dropped(0)).toHaveLength(0);
    expect(dropped(1)).toHaveLength(4000);
    const tenth = dropped(0.1);
    // Binomial: mean 400, standard deviation 19; five of them.
    expect(Math.abs(tenth.length - 400)).toBeLessThan(95);
    expect(tenth.every((l) => l.every((label) => label === -1))).toBe(true);
    expect([...labels]).toEqual([0, 1, 2]);
  });

  it('drops each label by itself, as often as asked', () => {
    const counts = [0, 0, 0];
    for (let step = 0; step < 4000; step++) {
      const kept = dropLabels(labels, { seed: 9, step, dropout: 0.3, per: 'sample' });
      kept.forEach((label, i) => {
        if (label === -1) counts[i]++;
        else expect(label).toBe(i);
      });
    }
    // Binomial: mean 1200, standard deviation 29; five of them. Independent: three at once in 2.7 % of the steps, below all.
    for (const count of counts) expect(Math.abs(count - 1200)).toBeLessThan(145);
  });
});
