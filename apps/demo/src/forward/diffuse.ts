import type { Schedule } from '@denoiser/schedules';
import type { Picture } from '../pictures/picture';

/** x_t = √ᾱ_t·x0 + √(1−ᾱ_t)·ε (Ho et al. 2020, equation 4). */
export function diffuse(schedule: Schedule, t: number, x0: Picture, eps: Float32Array): Picture {
  const signal = schedule.sqrtAlphaBars[t] as number;
  const noise = schedule.sqrtOneMinusAlphaBars[t] as number;
  return { ...x0, pixels: x0.pixels.map((x, i) => signal * x + noise * (eps[i] as number)) };
}
