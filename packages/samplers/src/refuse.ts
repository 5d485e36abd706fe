import { ScheduleError } from '@denoiser/schedules';

/** What a caller asked for does not fit together; the sentence says what to use instead. */
export function refuse(sentence: string): never {
  throw new ScheduleError('bad-plan', sentence);
}
