import { describeValue } from '@denoiser/errors';
import { checkAbove0, checkNames, fail } from './errors';
import type { Pair } from './parameterization';

/**
 * A process x = x0 + σ·ε with any σ: which time the model is given and how its output becomes x0. In training ln σ is normal,
 * of mean `logMean` and deviation `logStd` (P_mean and P_std of Karras et al. 2022); its time counts from 1 to `steps` through
 * the quantiles.
 */
export interface SigmaProcess {
  readonly kind: 'sigma';
  /** 'score': pictures from 0 to 1, whose score the network gives where it is told σ. */
  readonly preconditioning: 'edm' | 've' | 'score';
  readonly sigmaMin: number;
  readonly sigmaMax: number;
  readonly sigmaData: number;
  /** 'v': the network's output has the opposite sign. */
  readonly prediction: 'epsilon' | 'v';
  readonly steps: number;
  readonly logMean: number;
  readonly logStd: number;
}

/** EDM among schedules, as the options of training and `createProcess` have it. */
export type EdmOptions = { readonly type: 'edm' } & Partial<
  Omit<SigmaProcess, 'kind' | 'preconditioning' | 'prediction'>
>;

/** What both processes have; `steps` and the levels of training as Karras et al. 2022, table 1. */
const USUAL = { sigmaData: 0.5, prediction: 'epsilon', steps: 1000, logMean: -1.2, logStd: 1.2 } as const;

/** Returns the process of models in EDM preconditioning (Karras et al. 2022, arXiv:2206.00364). */
export const edm = (options: Partial<Omit<SigmaProcess, 'kind' | 'preconditioning'>> = {}): SigmaProcess =>
  checkedSigma({ kind: 'sigma', preconditioning: 'edm', sigmaMin: 0.002, sigmaMax: 80, ...USUAL, ...options });

/**
 * Returns the process of variance-exploding models (Song et al. 2021), which are given ln(σ/2) as time (Karras et al.'s
 * table 1).
 */
export const varianceExploding = (options: { sigmaMin?: number; sigmaMax?: number } = {}): SigmaProcess =>
  checkedSigma({ kind: 'sigma', preconditioning: 've', sigmaMin: 0.02, sigmaMax: 100, ...USUAL, ...options });

/**
 * Returns the process of the variance-exploding models of Song et al.'s own program (2021, arXiv:2011.13456): they know pictures of
 * values from 0 to 1, are told σ in these, and give the score (x0 − x)/σ². Here σ is, as everywhere, in values from −1 to 1: twice theirs.
 */
export const scoreMatching = (options: { sigmaMin?: number; sigmaMax?: number } = {}): SigmaProcess =>
  checkedSigma({ kind: 'sigma', preconditioning: 'score', sigmaMin: 0.02, sigmaMax: 2696, ...USUAL, ...options });

/** A flow x = (1 − σ)·x0 + σ·ε, whose models are given σ·steps as time (Lipman et al. 2023; Liu et al. 2023). */
export interface FlowProcess {
  readonly kind: 'flow';
  readonly steps: number;
  readonly shift: number;
}

/** Returns the process of flow-matching models; `shift` is the one that they were trained with. */
export function flow(options: { steps?: number; shift?: number } = {}): FlowProcess {
  checkNames('A flow', options, ['kind', 'steps', 'shift']);
  const { steps = 1000, shift = 1 } = options;
  checkAbove0(steps, 'steps of a flow');
  checkAbove0(shift, 'shift of a flow');
  return { kind: 'flow', steps, shift };
}

/** How a model by σ is called; see `preconditioning`. */
export interface Preconditioning extends Pair {
  readonly input: number;
  /** Added to the input where models know pictures of other values; else absent. */
  readonly shift?: number;
  readonly noise: number;
}

/** Returns c_in, c_noise, c_skip and c_out (Karras et al. 2022, table 1): x0 = c_skip·x + c_out·F(c_in·x + shift, c_noise). */
export function preconditioning(process: SigmaProcess, sigma: number): Preconditioning {
  const sign = process.prediction === 'v' ? -1 : 1;
  if (process.preconditioning === 've') {
    return { input: 1, noise: Math.log(sigma / 2), fromX: 1, fromOutput: sign * sigma };
  }
  if (process.preconditioning === 'score') {
    return { input: 1 / 2, shift: 1 / 2, noise: sigma / 2, fromX: 1, fromOutput: (sign * sigma ** 2) / 2 };
  }
  const { sigmaData } = process;
  const total = sigma ** 2 + sigmaData ** 2;
  return {
    input: 1 / Math.sqrt(total),
    noise: Math.log(sigma) / 4,
    fromX: sigmaData ** 2 / total,
    fromOutput: (sign * sigma * sigmaData) / Math.sqrt(total),
  };
}

function checkedSigma(process: SigmaProcess): SigmaProcess {
  checkNames('A process by σ', process, ['kind', 'preconditioning', 'sigmaMin', 'sigmaMax', ...Object.keys(USUAL)]);
  if (!['edm', 've', 'score'].includes(process.preconditioning)) {
    fail(`preconditioning must be one of edm, ve, score, not ${describeValue(process.preconditioning)}.`);
  }
  if (process.prediction !== 'epsilon' && process.prediction !== 'v') {
    fail(`A process by σ predicts epsilon or v, not ${describeValue(process.prediction)}.`);
  }
  const { sigmaMin, sigmaMax, logMean } = process;
  for (const name of ['sigmaMin', 'sigmaMax', 'sigmaData', 'logStd', 'steps'] as const)
    checkAbove0(process[name], name);
  if (!Number.isFinite(logMean)) fail(`logMean must be a finite number, not ${logMean}.`);
  if (!(sigmaMax > sigmaMin)) fail(`sigmaMin ${sigmaMin} and sigmaMax ${sigmaMax} must ascend from above 0.`);
  return process;
}
