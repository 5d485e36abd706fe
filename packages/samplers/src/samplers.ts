import { didYouMean } from '@denoiser/errors';
import { NOISY, type ProcessKind } from './grid';
import { refuseOption } from './refuse';
import type { SolverOptions } from './sampler-options';
import type { Solver } from './solver';
import { ddim } from './solvers/ddim';
import { ddpm } from './solvers/ddpm';
import { deis } from './solvers/deis';
import { dpm2 } from './solvers/dpm2';
import { dpmppMultistep } from './solvers/dpmpp-multistep';
import { dpmpp2S } from './solvers/dpmpp-singlestep';
import { edmStochastic } from './solvers/edm-stochastic';
import { euler } from './solvers/euler';
import { eulerAncestral } from './solvers/euler-ancestral';
import { flowSde } from './solvers/flow-sde';
import { heun } from './solvers/heun';
import { ipndm } from './solvers/ipndm';
import { lcm } from './solvers/lcm';
import { lms } from './solvers/lms';
import { pndm } from './solvers/pndm';
import { repaint } from './solvers/repaint';
import { unipc } from './solvers/unipc';

/** A solver under a name, with what a menu, a help text and `planFor` must know of it. */
export interface Sampler {
  /** Its name in print. */
  readonly title: string;
  /** What it is, in a few words. */
  readonly about: string;
  readonly source: string;
  /** Steps unless the user says how many. */
  readonly steps: number | 'all';
  /** Fewest steps that it can take; absent: 1. */
  readonly fewest?: number;
  /** The options of its own. */
  readonly takes?: readonly (keyof SolverOptions)[];
  /** Orders that it can have. */
  readonly orders?: readonly number[];
  /** Kinds of process that it works on. */
  readonly kinds: readonly ProcessKind[];
  /** Other names of it, as other programs have them. */
  readonly aliases?: readonly string[];
  /** It moves between whole timesteps, so that a grid of σ does not fit. */
  readonly wholeTimesteps?: true;
  /** It works on the model's output as it is, which a threshold on x0 does not reach. */
  readonly rawOutput?: true;
  /** Levels of discrete models unless the user says which. */
  readonly sigmas?: 'karras';
  /** Where it ends unless the user says so. */
  readonly end?: 'first';
  /** It resamples around what inpainting keeps. */
  readonly needsInpainting?: true;
  create(options: SolverOptions): Solver;
}

const any: readonly ProcessKind[] = ['discrete', 'sigma', 'angle', 'flow'];
const discrete: readonly ProcessKind[] = ['discrete'];
const of = <Order extends number>(order: number | undefined): { order?: Order } =>
  order === undefined ? {} : { order: order as Order }; // within `orders`

/** Euler with churn as the paper has it; diffusers' way, of `euler({ churn })`, leaves the added noise in the picture. */
const churnedEuler = ({ churn, churnMin = 0, churnMax = Number.POSITIVE_INFINITY, churnNoise = 1 }: SolverOptions) =>
  edmStochastic({ churn, churnMin, churnMax, churnNoise, corrector: false });

const DDPM = 'Ho et al. 2020, arXiv:2006.11239';
const DPMPP = 'Lu et al. 2022, arXiv:2211.01095';
const EDM = 'Karras et al. 2022, arXiv:2206.00364';
const PNDM = 'Liu et al. 2022, arXiv:2202.09778';
const CHURN = ['churn', 'churnMin', 'churnMax', 'churnNoise'] as const;

/** Samplers by name, for menus, help and `planFor`. Importing this imports every solver. */
// biome-ignore format: one line each
export const samplers: Readonly<Record<string, Sampler>> = {
  ddpm: { title: 'DDPM', about: 'the original: takes noise away, adds some back', steps: 'all', takes: ['variance', 'noiseAtEnd'], kinds: any, source: DDPM, create: ddpm },
  ddim: { title: 'DDIM', about: 'deterministic: one seed, one picture', steps: 50, takes: ['eta', 'rederive'], kinds: any, source: 'Song et al. 2020, arXiv:2010.02502', create: ({ eta, rederive }) => ddim<number>({ eta, rederiveEps: rederive }) },
  'dpmpp-2m': { title: 'DPM-Solver++ 2M', about: 'DPM-Solver++ multistep: a good start', steps: 20, kinds: any, source: DPMPP, create: () => dpmppMultistep() },
  'dpmpp-3m': { title: 'DPM-Solver++ 3M', about: 'DPM-Solver++ with more memory', steps: 20, kinds: any, source: DPMPP, create: () => dpmppMultistep({ order: 3 }) },
  'dpmpp-2s': { title: 'DPM-Solver++ 2S', about: 'DPM-Solver++ with two calls a step', steps: 10, kinds: any, source: DPMPP, create: () => dpmpp2S() },
  'dpmpp-2m-sde': { title: 'DPM-Solver++ 2M SDE', about: 'DPM-Solver++ that adds noise', steps: 30, kinds: any, source: DPMPP, create: () => dpmppMultistep({ sde: true }) },
  'dpmpp-3m-sde': { title: 'DPM-Solver++ 3M SDE', about: 'DPM-Solver++ that adds noise, more memory', steps: 30, kinds: any, source: DPMPP, create: () => dpmppMultistep({ sde: true, order: 3 }) },
  'dpm-2m': { title: 'DPM-Solver', about: 'DPM-Solver, of ε, multistep', steps: 20, takes: ['order'], orders: [1, 2, 3], kinds: any, end: 'first', source: 'Lu et al. 2022, arXiv:2206.00927', create: ({ order }) => dpmppMultistep({ of: 'epsilon', ...of(order) }) },
  unipc: { title: 'UniPC', about: 'predictor and corrector in one call', steps: 15, takes: ['order', 'variant'], orders: [1, 2, 3], kinds: any, source: 'Zhao et al. 2023, arXiv:2302.04867', create: ({ order, variant }) => unipc({ ...of(order), ...(variant && { variant }) }) },
  deis: { title: 'DEIS', about: 'exponential integrator, polynomials in log ρ', steps: 20, takes: ['order'], orders: [1, 2, 3], kinds: any, source: 'Zhang & Chen 2022, arXiv:2204.13902', create: ({ order }) => deis(of(order)) },
  pndm: { title: 'PNDM', about: 'pseudo multistep after Runge–Kutta steps', steps: 25, fewest: 4, kinds: discrete, wholeTimesteps: true, rawOutput: true, source: PNDM, create: () => pndm() },
  plms: { title: 'PLMS', about: 'PNDM that begins without Runge–Kutta', steps: 25, fewest: 3, kinds: discrete, wholeTimesteps: true, rawOutput: true, source: PNDM, create: () => pndm({ plms: true }) },
  ipndm: { title: 'iPNDM', about: 'Adams–Bashforth as if the grid were even', steps: 20, takes: ['order'], orders: [1, 2, 3, 4], kinds: any, source: 'Zhang & Chen 2022, arXiv:2204.13902', create: ({ order }) => ipndm(of(order)) },
  euler: { title: 'Euler', about: 'the straight line in σ', steps: 30, takes: CHURN, kinds: any, aliases: ['flow-euler'], source: EDM, create: (options) => (options.churn === undefined ? euler() : churnedEuler(options)) },
  'euler-a': { title: 'Euler ancestral', about: 'steps too far and adds noise back', steps: 30, takes: ['eta'], kinds: NOISY, aliases: ['euler-ancestral'], source: 'Song et al. 2021, arXiv:2011.13456', create: eulerAncestral },
  heun: { title: 'Heun', about: "Heun's method in σ; karras grid", steps: 15, sigmas: 'karras', kinds: any, aliases: ['flow-heun'], source: EDM, create: () => heun() },
  dpm2: { title: 'DPM2', about: 'midpoint in log σ; karras grid', steps: 15, sigmas: 'karras', kinds: NOISY, source: EDM, create: () => dpm2() },
  lms: { title: 'LMS', about: 'Adams–Bashforth on the actual grid', steps: 20, takes: ['order'], orders: [1, 2, 3, 4], kinds: any, source: 'Crowson 2022, k-diffusion', create: ({ order }) => lms(of(order)) },
  edm: { title: 'EDM', about: "EDM's: Heun with noise; karras grid", steps: 30, sigmas: 'karras', takes: CHURN, kinds: NOISY, aliases: ['edm-stochastic'], source: EDM, create: edmStochastic },
  lcm: { title: 'LCM', about: 'for latent consistency models alone', steps: 4, kinds: discrete, wholeTimesteps: true, source: 'Luo et al. 2023, arXiv:2310.04378', create: () => lcm() },
  'flow-sde': { title: 'Flow SDE', about: 'for flow models: jump to the image, noise again', steps: 20, kinds: ['flow'], source: 'Song et al. 2023, arXiv:2303.01469', create: () => flowSde() },
  repaint: { title: 'RePaint', about: 'DDPM that goes back and forth, for inpainting', steps: 100, takes: ['variance', 'jump', 'resamples'], kinds: any, needsInpainting: true, source: 'Lugmayr et al. 2022, arXiv:2201.09865', create: ({ jump, resamples, ...options }) => repaint(ddpm(options), { jumpLength: jump, resamples }) },
};

/**
 * Returns the sampler of a name or an alias, with its name in the table.
 *
 * @throws DenoiserError that names the nearest one where there is none.
 */
export function findSampler(wanted: string): { name: string; sampler: Sampler } {
  const found = Object.entries(samplers).find(([name, { aliases }]) => name === wanted || aliases?.includes(wanted));
  if (found) return { name: found[0], sampler: found[1] };
  const names = Object.entries(samplers).flatMap(([name, { aliases = [] }]) => [name, ...aliases]);
  refuseOption(`\`sampler\` ${wanted}: there is no such sampler; ${didYouMean(wanted, names)}`);
}
