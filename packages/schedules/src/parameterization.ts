import { type AngleProcess, angleLevel } from './angle';
import type { Schedule } from './schedule';

/**
 * What a model of x = α·x0 + σ·ε predicts: ε, x0, v = α·ε − σ·x0 (Salimans & Ho 2022), or flow u = ε − x0 (α = 1 − σ).
 */
export type Prediction = 'epsilon' | 'x0' | 'v' | 'flow';

/** The two coefficients of a linear combination of a model's input x and its output. */
export interface Pair {
  readonly fromX: number;
  readonly fromOutput: number;
}

/**
 * Returns the coefficients of x0 = fromX·x + fromOutput·output, for x = alpha·x0 + sigma·ε with any alpha and sigma.
 */
export function x0From(prediction: Prediction, alpha: number, sigma: number): Pair {
  switch (prediction) {
    case 'epsilon':
      return { fromX: 1 / alpha, fromOutput: -sigma / alpha };
    case 'x0':
      return { fromX: 0, fromOutput: 1 };
    case 'v': {
      const norm = alpha * alpha + sigma * sigma;
      return { fromX: alpha / norm, fromOutput: -sigma / Math.sqrt(norm) };
    }
    case 'flow':
      return { fromX: 1 / (alpha + sigma), fromOutput: -sigma / (alpha + sigma) };
  }
}

/** Returns the coefficients of ε = fromX·x + fromOutput·output. */
export function epsFrom(prediction: Prediction, alpha: number, sigma: number): Pair {
  if (prediction === 'epsilon') return { fromX: 0, fromOutput: 1 };
  if (prediction === 'v') {
    const norm = alpha * alpha + sigma * sigma;
    return { fromX: sigma / norm, fromOutput: alpha / Math.sqrt(norm) };
  }
  const x0 = x0From(prediction, alpha, sigma);
  return { fromX: (1 - alpha * x0.fromX) / sigma, fromOutput: (-alpha * x0.fromOutput) / sigma };
}

/** Returns the coefficients of what a model is trained to predict: target = x0·x0 + eps·ε. */
export function trainingTarget(prediction: Prediction, alpha: number, sigma: number): { x0: number; eps: number } {
  switch (prediction) {
    case 'epsilon':
      return { x0: 0, eps: 1 };
    case 'x0':
      return { x0: 1, eps: 0 };
    case 'v':
      return { x0: -sigma, eps: alpha };
    case 'flow':
      return { x0: -1, eps: 1 };
  }
}

/**
 * Returns α and σ at a time of a process that preserves variance: √ᾱ_t and √(1−ᾱ_t) of a discrete schedule, whose t is
 * whole.
 */
export function levelAt(process: Schedule | AngleProcess, t: number): { alpha: number; sigma: number } {
  return process.kind === 'angle'
    ? angleLevel(process, t)
    : { alpha: process.sqrtAlphaBars[t] as number, sigma: process.sqrtOneMinusAlphaBars[t] as number };
}
