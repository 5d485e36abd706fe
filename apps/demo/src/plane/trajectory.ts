import { type Plan, planFor, type SamplerOptions, sampleArrays } from '@denoiser/samplers/arrays';
import type { Schedule } from '@denoiser/schedules';
import { seededNormals } from '../forward/noise';
import { samplerOptions } from '../sample/samplers';
import { exactNoise, type Points } from './exact-denoiser';
import { levelAt, timeOf } from './timeline';

type PlanStep = Plan['steps'][number];

/** Frames that are kept of a long way. */
const MOST_FRAMES = 250;

/** Where all particles were at some t (as papers count it), in the coordinates of x_t with α² + σ² = 1. */
export type Stop = { readonly t: number; readonly x: Float64Array };

/** A way from noise to data, t falling. */
export type Trajectory = readonly Stop[];

export type Way = {
  readonly data: Points;
  readonly schedule: Schedule;
  readonly sampler: string;
  readonly steps: number;
  readonly variance?: NonNullable<SamplerOptions['variance']>;
  readonly particles: number;
  readonly seed: number;
};

/**
 * Draws particles with a sampler and the exact denoiser in the place of a network: x and t in, ε̂ out. It yields the way so
 * far after every step, in an array that grows, and leaves the page time between two steps.
 */
export async function* followParticles(way: Way, signal: AbortSignal): AsyncGenerator<Trajectory, void, undefined> {
  const { data, schedule, sampler, steps, variance, particles, seed } = way;
  const model = { process: schedule };
  const options = samplerOptions(
    { process: { type: 'custom', betas: schedule.betas } },
    { sampler, steps, ...(variance && { variance }) },
  );
  const plan = planFor(model, { ...options, threshold: 'none' });
  const shape = [particles, 2];
  const noise = ({ purpose, step }: { purpose: string; step: number }) =>
    Float64Array.from(seededNormals(seed + (purpose === 'initial' ? 0 : 1_000_003 * (step + 1)), 2 * particles));
  const trajectory: Stop[] = [{ t: schedule.steps, x: noise({ purpose: 'initial', step: 0 }) }];
  const every = Math.ceil(plan.steps.length / MOST_FRAMES);
  const denoise = (x: Float64Array, time: number) => exactNoise(data, x, levelAt(schedule, time + 1));
  for await (const { x, state } of sampleArrays<Float64Array, boolean>({
    model: denoise,
    plan,
    shape,
    noise,
    signal,
  })) {
    const isLast = state.position === plan.steps.length;
    const { alpha, sigma } = (plan.steps[state.position - 1] as PlanStep).to;
    const t = timeOf(schedule, { alpha, sigma });
    // Solvers that ask twice a step stand at one t twice: what they settle on is the later one.
    if (trajectory.length > 1 && (trajectory.at(-1)?.t as number) <= t) trajectory.pop();
    else if (!isLast && state.position % every !== 0) continue;
    const scale = 1 / Math.hypot(alpha, sigma);
    trajectory.push({ t, x: x.map((value) => scale * value) });
    yield trajectory;
  }
}

/** Returns where the particles are at t, between two stops on a straight line; before the first and after the last they rest. */
export function positionsAt(trajectory: Trajectory, t: number): Float64Array {
  const after = trajectory.findIndex((stop) => stop.t <= t);
  const [from, to] = [trajectory[after - 1], trajectory[after]];
  if (!from || !to) return (to ?? trajectory.at(-1))?.x ?? new Float64Array(0);
  const share = (from.t - t) / (from.t - to.t);
  return from.x.map((x, i) => x + share * ((to.x[i] as number) - x));
}

/** Returns how far from the nearest of the points the particles are on average. */
export function meanDistance(x: ArrayLike<number>, data: Points): number {
  let sum = 0;
  for (let i = 0; i < x.length; i += 2) {
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < data.length; k += 2) {
      const dx = (x[i] as number) - (data[k] as number);
      const dy = (x[i + 1] as number) - (data[k + 1] as number);
      least = Math.min(least, dx * dx + dy * dy);
    }
    sum += Math.sqrt(least);
  }
  return sum / (x.length / 2);
}
