import { respace, type Schedule, spacedTimesteps } from '@denoiser/schedules';

const made = new WeakMap<Schedule, Map<number, Schedule>>();

/** Returns the schedule of so many of its steps, those that the sampler DDPM visits. */
export function fewerSteps(schedule: Schedule, steps: number): Schedule {
  if (steps === schedule.steps) return schedule;
  const known = made.get(schedule) ?? new Map<number, Schedule>();
  made.set(schedule, known);
  const found = known.get(steps) ?? respace(schedule, spacedTimesteps(schedule.steps, { type: 'leading', steps }));
  known.set(steps, found);
  return found;
}

/** Returns the place of the last of ascending timesteps that is not after t. */
export function placeOf(timesteps: readonly number[], t: number): number {
  return Math.max(
    0,
    timesteps.findLastIndex((step) => step <= t),
  );
}
