import { createSchedule, edm, flow } from '@denoiser/schedules';
import { describe } from 'vitest';
import golden from '../test/fixtures/samplers.json';
import { follow } from '../test/follow';
import {
  createPlan,
  ddim,
  ddpm,
  dpmppMultistep,
  euler,
  eulerAncestral,
  heun,
  lcm,
  type Plan,
  pndm,
  unipc,
} from './index';

const linear = createSchedule({ type: 'linear' });
const scaled = createSchedule({ type: 'scaled-linear' });
const cosine = createSchedule({ type: 'cosine' });

const plans: Record<keyof typeof golden, Plan> = {
  'ddpm-fixed-small-linear': createPlan({ process: linear, solver: ddpm(), steps: 20 }),
  'ddpm-fixed-large-linear': createPlan({ process: linear, solver: ddpm({ variance: 'beta' }), steps: 20 }),
  'ddpm-fixed-small-clip': createPlan({ process: linear, solver: ddpm(), steps: 20, threshold: true }),
  'ddpm-cosine-v': createPlan({
    process: cosine,
    solver: ddpm({ noiseAtEnd: true }),
    steps: 20,
    spacing: 'trailing',
    prediction: 'v',
  }),
  'ddim-eta0-linear': createPlan({ process: linear, solver: ddim(), steps: 20 }),
  'ddim-eta1-linear': createPlan({ process: linear, solver: ddim({ eta: 1 }), steps: 20 }),
  'ddim-zero-snr-v': createPlan({
    process: createSchedule({ type: 'scaled-linear', zeroTerminalSnr: true }),
    solver: ddim(),
    steps: 20,
    spacing: 'trailing',
    prediction: 'v',
  }),
  'dpmpp-2m': createPlan({ process: scaled, solver: dpmppMultistep(), steps: 15 }),
  'dpmpp-2m-karras': createPlan({ process: scaled, solver: dpmppMultistep(), steps: 15, sigmas: 'karras' }),
  'dpmpp-3m': createPlan({ process: linear, solver: dpmppMultistep({ order: 3 }), steps: 15 }),
  'dpmpp-2m-sde': createPlan({ process: scaled, solver: dpmppMultistep({ sde: true }), steps: 15 }),
  'unipc-bh2': createPlan({ process: scaled, solver: unipc(), steps: 12 }),
  euler: createPlan({ process: scaled, solver: euler(), steps: 20 }),
  'euler-karras': createPlan({ process: scaled, solver: euler(), steps: 20, sigmas: 'karras' }),
  'euler-ancestral': createPlan({ process: scaled, solver: eulerAncestral(), steps: 20 }),
  'heun-karras': createPlan({ process: scaled, solver: heun(), steps: 10, sigmas: 'karras' }),
  pndm: createPlan({
    process: scaled,
    solver: pndm({ plms: true }),
    spacing: { type: 'leading', steps: 15, offset: 1 },
    end: 'first',
  }),
  lcm: createPlan({ process: scaled, solver: lcm(), steps: 4 }),
  'edm-euler': createPlan({ process: edm(), solver: euler(), steps: 18 }),
  'flow-match-euler': createPlan({ process: flow(), solver: euler(), steps: 12 }),
};

describe('the trajectories of diffusers', () => {
  for (const [name, expected] of Object.entries(golden)) follow(name, plans[name as keyof typeof golden], expected);
});
