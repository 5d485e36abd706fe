import {
  ddim,
  ddpm,
  deis,
  dpmppMultistep,
  euler,
  eulerAncestral,
  heun,
  pndm,
  type Solver,
  unipc,
} from '@denoiser/samplers/arrays';

/** Which noise a DDPM step adds. */
export type VarianceName = 'posterior' | 'beta';

export type SolverName = keyof typeof makers;

const makers = {
  ddpm: (variance: VarianceName) => ddpm({ variance }),
  ddim: () => ddim(),
  'dpmpp-2m': () => dpmppMultistep(),
  'dpmpp-2m-sde': () => dpmppMultistep({ sde: true }),
  unipc: () => unipc(),
  deis: () => deis(),
  heun: () => heun(),
  euler: () => euler(),
  'euler-ancestral': () => eulerAncestral(),
  pndm: () => pndm(),
} satisfies Record<string, (variance: VarianceName) => Solver<'discrete'>>;

export const solverMenu: readonly { value: SolverName; name: string; about: string }[] = [
  {
    value: 'ddpm',
    name: 'DDPM',
    about: 'The original: every step takes noise away and adds a little back. Likes many steps.',
  },
  {
    value: 'ddim',
    name: 'DDIM',
    about: 'The same way without fresh noise: one seed, one picture, also with few steps.',
  },
  {
    value: 'dpmpp-2m',
    name: 'DPM-Solver++ 2M',
    about: 'Looks one step back to cut the corner: good pictures in 10 to 20 steps.',
  },
  { value: 'dpmpp-2m-sde', name: 'DPM-Solver++ 2M SDE', about: 'The same with fresh noise, which mends small errors.' },
  { value: 'unipc', name: 'UniPC', about: 'Predicts, then corrects with what it learned on the way: 8 to 15 steps.' },
  { value: 'deis', name: 'DEIS', about: 'Extends the last estimates by a polynomial; 10 to 20 steps.' },
  { value: 'heun', name: 'Heun', about: 'Tries each step twice and takes the mean: twice the work for each step.' },
  { value: 'euler', name: 'Euler', about: 'The straight line: the simplest of all.' },
  { value: 'euler-ancestral', name: 'Euler ancestral', about: 'Steps too far and adds noise back, as DDPM does.' },
  {
    value: 'pndm',
    name: 'PNDM',
    about: 'A linear multistep method with a careful start; what the first Stable Diffusion used.',
  },
];

export const makeSolver = (name: SolverName, variance: VarianceName): Solver<'discrete'> => makers[name](variance);
