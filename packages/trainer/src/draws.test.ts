import { describe, expect, it } from 'vitest';
import { drawTimesteps, dropLabels } from './draws';

describe('drawTimesteps', () => {
  it('is uniform in 1 … T − 1 and never 0', () => {
    const T = 5;
    const counts = new Array<number>(T).fill(0);
    const steps = 2000;
    for (let step = 0; step < steps; step++) {
      for (const t of drawTimesteps({ seed: 1, step, places: [0, 1, 2, 3], timesteps: T })) counts[t]++;
    }
    expect(counts[0]).toBe(0);
    // Binomial with n = 8000, p = 1/4: standard deviation 38.7; five of them.
    for (const count of counts.slice(1)) expect(Math.abs(count - 2000)).toBeLessThan(194);
  });

  it('gives an image the same t whatever the size of its batch', () => {
    const small = drawTimesteps({ seed: 1, step: 3, places: [0, 1], timesteps: 1000 });
    expect([...drawTimesteps({ seed: 1, step: 3, places: [0, 1, 2, 3], timesteps: 1000 }).slice(0, 2)]).toEqual([
      ...small,
    ]);
  });
});

describe('dropLabels', () => {
  const labels = Int32Array.of(0, 1, 2);
  const dropped = (dropout: number) =>
    Array.from({ length: 4000 }, (_, step) => dropLabels(labels, { seed: 9, step, dropout })).filter(
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
});
