import type { Schedule } from './schedule';

/**
 * Returns σ/α of a discrete schedule at t, linear between whole steps. A last ᾱ of 0 counts as 2⁻²⁴, so that solvers
 * that work in σ/α have a finite first step.
 */
export function noiseRatio(schedule: Schedule, t: number): number {
  const low = Math.min(Math.max(Math.floor(t), 0), schedule.steps - 1);
  const high = Math.min(low + 1, schedule.steps - 1);
  const a = ratio(schedule, low);
  return a + (t - low) * (ratio(schedule, high) - a);
}

/** Returns the (fractional) t at which σ/α has this value, linear in its logarithm, within 0 … steps − 1. */
export function timeOfNoiseRatio(schedule: Schedule, value: number): number {
  let low = 0;
  let high = schedule.steps - 1;
  if (value <= ratio(schedule, low)) return low;
  if (value >= ratio(schedule, high)) return high;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ratio(schedule, middle) <= value) low = middle;
    else high = middle;
  }
  const a = Math.log(ratio(schedule, low));
  const b = Math.log(ratio(schedule, high));
  return low + (Math.log(value) - a) / (b - a);
}

function ratio(schedule: Schedule, t: number): number {
  const alphaBar = (schedule.alphaBars[t] as number) || 2 ** -24;
  return Math.sqrt((1 - alphaBar) / alphaBar);
}
