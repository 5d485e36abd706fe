import { createSchedule, type Schedule } from '@denoiser/schedules';
import { forward } from '../words/forward';

export const T = 1000;

const SHOWN = ['linear', 'scaled-linear', 'cosine', 'sigmoid-beta', 'sigmoid-alpha-bar'] as const;

export type ScheduleName = (typeof SHOWN)[number];

/** The schedules on show, with what is worth knowing of each. */
export const noiseSchedules = SHOWN.map((value) => ({ value, ...forward.schedules[value] }));

const made = new Map<string, Schedule>();

export function noiseSchedule(type: ScheduleName, zeroTerminalSnr: boolean): Schedule {
  const key = `${type} ${zeroTerminalSnr}`;
  const schedule = made.get(key) ?? createSchedule({ type, steps: T, zeroTerminalSnr });
  made.set(key, schedule);
  return schedule;
}
