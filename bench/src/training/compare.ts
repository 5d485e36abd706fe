import type { TrainingCurve } from './ours';

/** How far two curves are apart, relative to the second: the largest difference of a step, and of the mean of `window` steps. */
export interface CurveDifference {
  readonly step: number;
  readonly mean: number;
}

export function compareCurves(a: readonly number[], b: readonly number[], window: number): CurveDifference {
  return { step: largest(a, b), mean: largest(means(a, window), means(b, window)) };
}

function largest(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new Error(`The curves have ${a.length} and ${b.length} steps.`);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value / (b[i] as number) - 1)), 0);
}

/** The means of each `window` values in turn. */
function means(values: readonly number[], window: number): number[] {
  return Array.from({ length: Math.ceil(values.length / window) }, (_, i) => {
    const part = values.slice(i * window, (i + 1) * window);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
}

/** The root mean square of the differences. */
export function distance(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0) / a.length);
}

/** The first step, from 1, whose losses differ by more than `limit`, relatively. */
export function firstApart(a: TrainingCurve, b: TrainingCurve, limit: number): number | null {
  const at = a.losses.findIndex((loss, i) => !(Math.abs(loss / (b.losses[i] as number) - 1) <= limit));
  return at < 0 ? null : at + 1;
}
