import type { Interval, RunLength } from '@denoiser/trainer';

/** How long a run is. */
export type Length = Pick<RunLength, 'steps' | 'stepsPerEpoch'>;

/** Of the time that steps take, what grids may take on top unless an interval is given, and as much checkpoints. */
const SHARE = 1 / 20;
/** An epoch that takes longer is not waited for: so much work would be lost with the power. */
const LONGEST = 15 * 60;

/** Seconds that a step of a run takes, and what is done from time to time. */
export interface Costs {
  readonly step: number;
  readonly grid: number;
  readonly checkpoint: number;
}

/** Returns how often something of a cost is done by default: at the end of epochs, or after steps where these are long. */
export function affordable(cost: number, step: number, { stepsPerEpoch, steps }: Length): Interval {
  const least = Math.max(1, Math.ceil(cost / (SHARE * step)));
  const interval =
    stepsPerEpoch * step > LONGEST
      ? { steps: Math.max(least, Math.round(LONGEST / step)) }
      : { epochs: Math.ceil(least / stepsPerEpoch) };
  return (interval.steps ?? (interval.epochs as number) * stepsPerEpoch) < steps ? interval : {};
}

/** Returns how often an interval comes round after step `from` up to `to`, the end of the run included. */
export function occurrences({ steps, epochs }: Interval, from: number, to: number, run: Length): number {
  const lengths = [steps, epochs && epochs * run.stepsPerEpoch].filter((length) => length !== undefined);
  const times = lengths.reduce((sum, n) => sum + Math.floor(to / n) - Math.floor(from / n), 0);
  const isExtra = to === run.steps && from < to && lengths.every((n) => run.steps % n !== 0);
  return times + (isExtra ? 1 : 0);
}
