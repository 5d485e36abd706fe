import {
  ddim,
  ddpm,
  deis,
  dpm2,
  dpmpp2S,
  dpmppMultistep,
  edmStochastic,
  euler,
  eulerAncestral,
  flowSde,
  heun,
  ipndm,
  lcm,
  lms,
  type ProcessKind,
  pndm,
  repaint,
  type Solver,
  unipc,
  type Variance,
} from '@denoiser/samplers/arrays';

/** What the command line may say to a solver; absent is the solver's default. */
export interface SolverOptions {
  variance?: Variance;
  eta?: number;
  rederive?: boolean;
  order?: number;
  variant?: 'bh1' | 'bh2';
  churn?: number;
  churnMin?: number;
  churnMax?: number;
  churnNoise?: number;
  jump?: number;
  resamples?: number;
  noiseAtEnd?: boolean;
}

export interface Sampler {
  /** What it is, in a few words. */
  readonly about: string;
  readonly source: string;
  /** Steps unless the user says how many. */
  readonly steps: number | 'all';
  /** The options of a solver that it knows. */
  readonly takes?: readonly (keyof SolverOptions)[];
  /** Orders that it can have. */
  readonly orders?: readonly number[];
  readonly kinds: readonly ProcessKind[];
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
  create(options: SolverOptions): Solver<never>;
}

const any: readonly ProcessKind[] = ['discrete', 'sigma', 'flow'];
const noisy: readonly ProcessKind[] = ['discrete', 'sigma'];
const discrete: readonly ProcessKind[] = ['discrete'];
const upTo = (most: number): number[] => Array.from({ length: most }, (_, i) => i + 1);
const of = <Order extends number>(order: number | undefined): { order?: Order } =>
  order === undefined ? {} : { order: order as Order }; // within `orders`

const DDPM = 'Ho et al. 2020, arXiv:2006.11239';
const DPMPP = 'Lu et al. 2022, arXiv:2211.01095';
const EDM = 'Karras et al. 2022, arXiv:2206.00364';
const CHURN = ['churn', 'churnMin', 'churnMax', 'churnNoise'] as const;

/** The samplers of the command, in the order of `--list`. */
// biome-ignore format: one line each
export const samplers: Readonly<Record<string, Sampler>> = {
  ddpm: { about: 'ancestral sampling, the original', steps: 'all', takes: ['variance', 'noiseAtEnd'], kinds: any, source: DDPM, create: ddpm },
  ddim: { about: 'deterministic; with --eta between that and DDPM', steps: 50, takes: ['eta', 'rederive'], kinds: any, source: 'Song et al. 2020, arXiv:2010.02502', create: ({ eta, rederive }) => ddim<number>({ eta, rederiveEps: rederive }) },
  'dpmpp-2m': { about: 'DPM-Solver++ multistep: a good first choice', steps: 20, kinds: any, source: DPMPP, create: () => dpmppMultistep() },
  'dpmpp-3m': { about: 'the same with two steps of memory', steps: 20, kinds: any, source: DPMPP, create: () => dpmppMultistep({ order: 3 }) },
  'dpmpp-2s': { about: 'DPM-Solver++ with two calls a step', steps: 10, kinds: any, source: DPMPP, create: () => dpmpp2S() },
  'dpmpp-2m-sde': { about: 'DPM-Solver++ that adds noise', steps: 30, kinds: any, source: DPMPP, create: () => dpmppMultistep({ sde: true }) },
  'dpmpp-3m-sde': { about: 'the same with two steps of memory', steps: 30, kinds: any, source: DPMPP, create: () => dpmppMultistep({ sde: true, order: 3 }) },
  'dpm-2m': { about: 'DPM-Solver, of ε, multistep', steps: 20, takes: ['order'], orders: upTo(3), kinds: any, end: 'first', source: 'Lu et al. 2022, arXiv:2206.00927', create: ({ order }) => dpmppMultistep({ of: 'epsilon', ...of(order) }) },
  unipc: { about: 'predictor and corrector in one call', steps: 15, takes: ['order', 'variant'], orders: upTo(3), kinds: any, source: 'Zhao et al. 2023, arXiv:2302.04867', create: ({ order, variant }) => unipc({ ...of(order), ...(variant && { variant }) }) },
  deis: { about: 'exponential integrator, polynomials in log ρ', steps: 20, takes: ['order'], orders: upTo(3), kinds: any, source: 'Zhang & Chen 2022, arXiv:2204.13902', create: ({ order }) => deis(of(order)) },
  pndm: { about: 'pseudo multistep after Runge–Kutta steps', steps: 25, kinds: discrete, wholeTimesteps: true, rawOutput: true, source: 'Liu et al. 2022, arXiv:2202.09778', create: () => pndm() },
  plms: { about: 'PNDM that begins without Runge–Kutta', steps: 25, kinds: discrete, wholeTimesteps: true, rawOutput: true, source: 'Liu et al. 2022, arXiv:2202.09778', create: () => pndm({ plms: true }) },
  ipndm: { about: 'Adams–Bashforth as if the grid were even', steps: 20, takes: ['order'], orders: upTo(4), kinds: any, source: 'Zhang & Chen 2022, arXiv:2204.13902', create: ({ order }) => ipndm(of(order)) },
  euler: { about: 'Euler in σ; with --churn it adds noise', steps: 30, takes: CHURN, kinds: any, source: EDM, create: ({ churn, churnMin, churnMax, churnNoise }) => (churn === undefined ? euler() : euler({ churn, churnMin, churnMax, churnNoise })) },
  'euler-a': { about: 'Euler ancestral: a step down, noise up', steps: 30, takes: ['eta'], kinds: noisy, source: 'Song et al. 2021, arXiv:2011.13456', create: eulerAncestral },
  heun: { about: "Heun's method in σ, two calls a step", steps: 15, kinds: any, source: EDM, create: () => heun() },
  dpm2: { about: 'midpoint in log σ, two calls; karras grid', steps: 15, sigmas: 'karras', kinds: noisy, source: EDM, create: () => dpm2() },
  lms: { about: 'Adams–Bashforth on the actual grid', steps: 20, takes: ['order'], orders: upTo(4), kinds: any, source: 'Crowson 2022, k-diffusion', create: ({ order }) => lms(of(order)) },
  edm: { about: "EDM's: Heun with noise; karras grid", steps: 30, sigmas: 'karras', takes: CHURN, kinds: noisy, source: EDM, create: edmStochastic },
  lcm: { about: 'for latent consistency models alone', steps: 4, kinds: discrete, wholeTimesteps: true, source: 'Luo et al. 2023, arXiv:2310.04378', create: () => lcm() },
  'flow-sde': { about: 'for flow models: jump to the image, noise again', steps: 20, kinds: ['flow'], source: 'Song et al. 2023, arXiv:2303.01469', create: () => flowSde() },
  repaint: { about: 'DDPM that goes back and forth, for --inpaint', steps: 100, takes: ['variance', 'jump', 'resamples'], kinds: any, needsInpainting: true, source: 'Lugmayr et al. 2022, arXiv:2201.09865', create: ({ jump, resamples, ...options }) => repaint(ddpm(options), { jumpLength: jump, resamples }) },
};

/** Names that other programs and `namedSolvers` of `@denoiser/samplers` use. */
export const aliases: Readonly<Record<string, string>> = {
  'euler-ancestral': 'euler-a',
  'edm-stochastic': 'edm',
  'flow-euler': 'euler',
  'flow-heun': 'heun',
};
