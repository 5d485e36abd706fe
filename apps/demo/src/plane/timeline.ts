import type { Schedule } from '@denoiser/schedules';
import type { Level } from './exact-denoiser';

const made = new WeakMap<Schedule, Float64Array>();

/** The angle atan(σ/α) at each t as papers count it: 0 at t = 0, the data, and near π/2 at t = T, the noise. */
function anglesOf(schedule: Schedule): Float64Array {
  const known = made.get(schedule);
  if (known) return known;
  const { steps, sqrtAlphaBars, sqrtOneMinusAlphaBars } = schedule;
  const angles = new Float64Array(steps + 1);
  for (let t = 1; t <= steps; t++) {
    angles[t] = Math.atan2(sqrtOneMinusAlphaBars[t - 1] as number, sqrtAlphaBars[t - 1] as number);
  }
  made.set(schedule, angles);
  return angles;
}

/** Returns the level at any t in [0, T]: between two steps the angle is interpolated. */
export function levelAt(schedule: Schedule, t: number): Level {
  const angles = anglesOf(schedule);
  const below = Math.min(Math.floor(t), schedule.steps - 1);
  const [low, high] = [angles[below] as number, angles[below + 1] as number];
  const angle = low + (t - below) * (high - low);
  return { alpha: Math.cos(angle), sigma: Math.sin(angle) };
}

/** Returns the t of a level, in [0, T]; only the ratio of signal and noise counts. */
export function timeOf(schedule: Schedule, { alpha, sigma }: Level): number {
  const angles = anglesOf(schedule);
  const angle = Math.atan2(sigma, alpha);
  let [low, high] = [0, schedule.steps];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((angles[middle] as number) <= angle) low = middle;
    else high = middle;
  }
  const [from, to] = [angles[low] as number, angles[high] as number];
  return Math.min(high, low + Math.max(0, (angle - from) / (to - from)));
}
