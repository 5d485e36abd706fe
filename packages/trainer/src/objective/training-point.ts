import { normalQuantile } from '@denoiser/ops';
import { levelAt, preconditioning, type SigmaProcess, trainingTarget } from '@denoiser/schedules';
import type { TrainedProcess } from '../trained-process';
import type { TrainedPrediction } from '../weighting/weighting';
import type { Shares } from './mixture';

/** What a network sees, is told and has to give at one time of training. */
export interface TrainingPoint {
  readonly input: Shares;
  readonly time: number;
  readonly target: Shares;
  /** Signal over noise, α²/σ². */
  readonly snr: number;
}

/** Returns what is trained at a time. EDM's loss in its own units is the plain squared error of what the network gives. */
export function trainingPoint(process: TrainedProcess, prediction: TrainedPrediction, t: number): TrainingPoint {
  if (process.kind === 'sigma') return preconditionedPoint(process, sigmaAt(process, t));
  const { alpha, sigma } = levelAt(process, t);
  return {
    input: { x0: alpha, eps: sigma },
    time: t,
    target: trainingTarget(prediction, alpha, sigma),
    snr: process.kind === 'discrete' ? process.snr[t] : (alpha / sigma) ** 2,
  };
}

/** F(c_in·x, c_noise) learns (x0 − c_skip·x)/c_out, for which λ(σ)·c_out² = 1 (Karras et al. 2022, eq. 8). */
function preconditionedPoint(process: SigmaProcess, sigma: number): TrainingPoint {
  const { input, noise, fromX, fromOutput } = preconditioning(process, sigma);
  return {
    input: { x0: input, eps: input * sigma },
    time: noise,
    target: { x0: (1 - fromX) / fromOutput, eps: (-fromX * sigma) / fromOutput },
    snr: 1 / sigma ** 2,
  };
}

/** The shares at the ends, which are infinite, are those of a normal number in 2³². */
const LEAST_SHARE = 2 ** -33;

/** Returns the σ of a time from 1 to `steps`: the quantile of log-normal noise. */
function sigmaAt({ steps, logMean, logStd }: SigmaProcess, t: number): number {
  const share = (t - 1) / (steps - 1);
  return Math.exp(logMean + logStd * normalQuantile(Math.min(Math.max(share, LEAST_SHARE), 1 - LEAST_SHARE)));
}
