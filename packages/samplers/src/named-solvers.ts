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
import { heun } from './solvers/heun';
import { ipndm } from './solvers/ipndm';
import { lcm } from './solvers/lcm';
import { lms } from './solvers/lms';
import { pndm } from './solvers/pndm';
import { unipc } from './solvers/unipc';

/** Solvers for discrete schedules by name, for programs that let their users choose. Importing this imports them all. */
export const namedSolvers = {
  ddpm: () => ddpm(),
  ddim: () => ddim(),
  'dpmpp-2m': () => dpmppMultistep(),
  'dpmpp-3m': () => dpmppMultistep({ order: 3 }),
  'dpmpp-2s': () => dpmpp2S(),
  'dpmpp-2m-sde': () => dpmppMultistep({ sde: true }),
  unipc: () => unipc(),
  deis: () => deis(),
  pndm: () => pndm(),
  plms: () => pndm({ plms: true }),
  ipndm: () => ipndm(),
  euler: () => euler(),
  'euler-ancestral': () => eulerAncestral(),
  heun: () => heun(),
  dpm2: () => dpm2(),
  lms: () => lms(),
  'edm-stochastic': () => edmStochastic(),
  lcm: () => lcm(),
} as const satisfies Record<string, () => Solver<'discrete'>>;
