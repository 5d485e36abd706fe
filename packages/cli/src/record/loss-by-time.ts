/** The loss by timestep: training's own per-image losses, gathered in equal ranges of t. */

export const RANGES = 10;

/** The losses of one stretch of training: for each range of t the mean loss, and of how many images. */
export interface LossByTime {
  /** The step with which the stretch ended. */
  step: number;
  loss: readonly number[];
  count: readonly number[];
}

export interface LossByTimeCounter {
  add(timesteps: ArrayLike<number>, losses: ArrayLike<number>): void;
  /** Returns what was added since the last call; undefined if nothing was. */
  take(step: number): LossByTime | undefined;
}

export function lossByTimeCounter(noiseSteps: number): LossByTimeCounter {
  const sums = new Array<number>(RANGES).fill(0);
  const count = new Array<number>(RANGES).fill(0);
  return {
    add(timesteps, losses) {
      for (let i = 0; i < timesteps.length; i++) {
        const range = Math.floor(((timesteps[i] as number) * RANGES) / noiseSteps);
        sums[range] = (sums[range] as number) + (losses[i] as number);
        count[range] = (count[range] as number) + 1;
      }
    },
    take(step) {
      if (count.every((n) => n === 0)) return undefined;
      const taken = { step, loss: means(sums, count), count: [...count] };
      sums.fill(0);
      count.fill(0);
      return taken;
    },
  };
}

/** Returns several stretches as one. */
export function joined(stretches: readonly LossByTime[]): LossByTime {
  const total = (value: (stretch: LossByTime, range: number) => number) =>
    Array.from({ length: RANGES }, (_, range) => stretches.reduce((sum, stretch) => sum + value(stretch, range), 0));
  const count = total((stretch, range) => stretch.count[range] ?? 0);
  const sums = total((stretch, range) => (stretch.loss[range] ?? 0) * (stretch.count[range] ?? 0));
  return { step: stretches.at(-1)?.step ?? 0, loss: means(sums, count), count };
}

const means = (sums: readonly number[], count: readonly number[]): number[] =>
  sums.map((sum, range) => (count[range] ? sum / (count[range] as number) : 0));
