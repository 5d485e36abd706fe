import type { ScheduleOptions } from '@denoiser/schedules';

export interface ScheduleChoice {
  schedule: 'linear' | 'cosine' | 'sigmoid';
  noiseSteps: number;
  betaStart: number;
  betaEnd: number;
}

/** The noise schedule that the options of the command line mean. */
export function scheduleOptions({ schedule, noiseSteps: steps, betaStart, betaEnd }: ScheduleChoice): ScheduleOptions {
  if (schedule === 'linear') return { type: 'linear', steps, betaStart, betaEnd };
  return { type: schedule === 'cosine' ? 'cosine' : 'sigmoid-alpha-bar', steps };
}
