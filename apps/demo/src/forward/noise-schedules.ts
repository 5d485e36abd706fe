import { createSchedule, type Schedule, type ScheduleOptions } from '@denoiser/schedules';

export const T = 1000;

/** The schedules on show, with what is worth knowing of each. */
export const noiseSchedules = [
  {
    value: 'linear',
    name: 'Linear',
    about:
      'β rises in equal steps. The first diffusion models (Ho et al. 2020) used it. The last third is almost pure noise.',
  },
  {
    value: 'scaled-linear',
    name: 'Scaled linear',
    about: '√β rises in equal steps: gentler at first. Latent diffusion models such as Stable Diffusion use it.',
  },
  {
    value: 'cosine',
    name: 'Cosine',
    about:
      'ᾱ follows a squared cosine, so noise comes evenly and no steps are wasted (Nichol & Dhariwal 2021). The digits of the next tab were trained with it.',
  },
  {
    value: 'sigmoid-beta',
    name: 'Sigmoid in β',
    about: 'β itself is an S-curve (GeoDiff). What happens is much like linear, with softer ends.',
  },
  {
    value: 'sigmoid-alpha-bar',
    name: 'Sigmoid in ᾱ',
    about:
      'ᾱ is the S-curve (Jabri et al. 2022). It shares its name with the one before, and is quite another schedule.',
  },
] as const satisfies readonly { value: ScheduleOptions['type']; name: string; about: string }[];

export type ScheduleName = (typeof noiseSchedules)[number]['value'];

const made = new Map<string, Schedule>();

export function noiseSchedule(type: ScheduleName, zeroTerminalSnr: boolean): Schedule {
  const key = `${type} ${zeroTerminalSnr}`;
  const schedule = made.get(key) ?? createSchedule({ type, steps: T, zeroTerminalSnr });
  made.set(key, schedule);
  return schedule;
}
