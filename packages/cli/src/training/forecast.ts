import type { Interval } from '@denoiser/trainer';
import { type Costs, type Length, occurrences } from './intervals';

export interface ForecastOptions {
  readonly length: Length;
  /** Steps done before. */
  readonly first: number;
  readonly grids: Interval;
  readonly checkpoints: Interval;
  /** As far as they are known before. */
  readonly costs?: Costs | undefined;
  /** How many steps' time a grid, and a checkpoint, are worth where no costs are known. */
  readonly worth: { readonly grid: number; readonly checkpoint: number };
  /** The time that training may take, in seconds. */
  readonly limit?: number | undefined;
  /** Whether that is the length of the run. Default false: its steps are. */
  readonly isByTime?: boolean | undefined;
  /** Milliseconds. */
  readonly now?: () => number;
}

/** Says how long a run will take, grids and checkpoints included: by what they are expected to cost, then by what they have. */
export interface Forecast {
  /** Records a step, done in so many seconds; what is due after it is still to be done. */
  step(step: number, seconds: number): void;
  /** Records a grid, drawn and written in so many seconds. */
  grid(seconds: number): void;
  secondsLeft(): number;
}

/** Steps that are remembered: a machine gets slower and quicker. */
const REMEMBERED = 100;

export function createForecast(options: ForecastOptions): Forecast {
  const { length, first, costs, worth, limit = Number.POSITIVE_INFINITY, now = () => performance.now() } = options;
  const begun = now();
  const recent: number[] = [];
  let at = first;
  const spent = { steps: 0, grids: 0 };
  let grids = 0;
  const stepSeconds = () =>
    recent.length > 0 ? recent.reduce((sum, seconds) => sum + seconds, 0) / recent.length : (costs?.step ?? Number.NaN);
  return {
    step(step, seconds) {
      at = step;
      spent.steps += seconds;
      recent.push(seconds);
      if (recent.length > REMEMBERED) recent.shift();
    },
    grid(seconds) {
      spent.grids += seconds;
      grids++;
    },
    secondsLeft() {
      const elapsed = (now() - begun) / 1000;
      if (options.isByTime) return Math.max(0, limit - elapsed);
      // What is due after this step is still to come.
      const done = Math.max(first, at - 1);
      const written = occurrences(options.checkpoints, first, done, length);
      const step = stepSeconds();
      const grid = grids > 0 ? spent.grids / grids : (costs?.grid ?? worth.grid * step);
      const checkpoint =
        written > 0
          ? Math.max(0, elapsed - spent.steps - spent.grids) / written
          : (costs?.checkpoint ?? worth.checkpoint * step);
      const left =
        (length.steps - at) * step +
        occurrences(options.grids, done, length.steps, length) * grid +
        occurrences(options.checkpoints, done, length.steps, length) * checkpoint;
      return Math.max(0, Math.min(left, limit - elapsed));
    },
  };
}

/** Returns the seconds that a whole run takes by its costs. */
export const wholeRun = (costs: Costs, o: { length: Length; grids: Interval; checkpoints: Interval }): number =>
  o.length.steps * costs.step +
  occurrences(o.grids, 0, o.length.steps, o.length) * costs.grid +
  occurrences(o.checkpoints, 0, o.length.steps, o.length) * costs.checkpoint;
