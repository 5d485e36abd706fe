import { createSchedule, edm, flow } from '@denoiser/schedules';
import type { ArrayModel, Level } from '../src/index';

/** Data N(0, s²): everything about them is known. */
export const deviation = 0.5;

/** Of x at a level. */
export function deviationAt({ alpha, sigma }: Level): number {
  return Math.hypot(alpha * deviation, sigma);
}

/** E[x0 | x] = shrink·x. */
function shrink(alpha: number, sigma: number): number {
  return (alpha * deviation ** 2) / (alpha ** 2 * deviation ** 2 + sigma ** 2);
}

const linear = (slope: (time: number) => number): ArrayModel<Float64Array> => {
  return (x, time) => x.map((value) => slope(time) * value);
};

/** EDM's network F for these data: x0 = c_skip·x + c_out·F(c_in·x), with c_noise = ln(σ)/4. */
export const edmProcess = edm({ sigmaMin: 0.2, sigmaMax: 200, sigmaData: 1 });
export const edmModel = linear((time) => {
  const sigma = Math.exp(4 * time);
  const total = sigma ** 2 + 1;
  return ((shrink(1, sigma) - 1 / total) * Math.sqrt(total)) / (sigma / Math.sqrt(total));
});

/** u = ε − x0 of a flow. */
export const flowProcess = flow();
export const flowModel = linear((time) => {
  const sigma = time / 1000;
  const x0 = shrink(1 - sigma, sigma);
  return (1 - x0) / sigma;
});

/** ε of a discrete schedule fine enough to be a curve. */
export const fineSchedule = createSchedule({ type: 'cosine', steps: 2 ** 14 });
export const fineModel = linear((time) => {
  const alpha = fineSchedule.sqrtAlphaBars[time] as number;
  const sigma = fineSchedule.sqrtOneMinusAlphaBars[time] as number;
  return (1 - alpha * shrink(alpha, sigma)) / sigma;
});
