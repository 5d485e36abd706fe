import type { Process } from './process';
import type { Schedule } from './schedule';

/**
 * The least λ = ln(α/σ) at which solvers that go by σ or λ visit a level: below it x holds less than 0.6 % of the image,
 * and σ/α grows without bound while nothing is learned of it. The bound is that of DPM-Solver's authors, whose program
 * cuts there what cosine schedules have beyond (Lu et al. 2022, arXiv:2206.00927; diffusers' `lambda_min_clipped`).
 */
export const LEAST_LAMBDA = -5.1;

/** Counts the levels of a schedule, from t = 0 on, that hold signal: λ = ln(α/σ) ≥ −5.1. At least 1. */
export function levelsWithSignal(schedule: Schedule): number {
  let count = schedule.steps;
  while (count > 1 && (schedule.logSnr[count - 1] as number) / 2 < LEAST_LAMBDA) count--;
  return count;
}

/**
 * Returns how much of the image is left at a process's noisiest level, from 0 to 1: α/√(α² + σ²), which is √ᾱ of the last
 * step of a schedule. Sampling begins with noise alone, so it has to be near 0.
 */
export function remainingSignal(process: Process): number {
  switch (process.kind) {
    case 'discrete':
      return process.sqrtAlphaBars[process.steps - 1] as number;
    case 'sigma':
      return 1 / Math.hypot(1, process.sigmaMax);
    case 'angle':
    case 'flow':
      return 0;
  }
}

/** Above it, images drawn from noise alone differ visibly from those that training saw; Stable Diffusion's is 0.068. */
const MUCH_SIGNAL = 0.1;

/**
 * Returns a sentence for people where the noisiest level still holds so much of the image that sampling, which begins
 * with noise alone, begins elsewhere than training ended (Lin et al. 2023, arXiv:2305.08891); otherwise nothing.
 */
export function signalWarning(process: Process): string | undefined {
  const left = remainingSignal(process);
  if (left <= MUCH_SIGNAL) return undefined;
  const of = process.kind === 'discrete' ? `the last of its ${process.steps} noise steps` : 'its noisiest level';
  return `The schedule leaves ${Math.round(100 * left)} % of the image at ${of}, but sampling begins with noise alone, which such a network has never seen; train with more noise steps, larger β, or a cosine schedule.`;
}
