import { MOST_STEPS } from '@denoiser/schedules';
import { edmGrid, endOf, gridOf, levelsOf, spacingOf, spannedLevelsOf, thresholdOf } from './levels';
import { edm, flow, latents, maybeFlow, score, stepsOf } from './training';
import type { Drawn, Loose, Way } from './way';

/** How pictures are drawn, by the scheduler's class. */

/** Warns of settings that have no like here, where they are not what is drawn. */
function warnOf(settings: Drawn, settled: Readonly<Record<string, boolean>>): void {
  for (const [key, isHad] of Object.entries(settled)) {
    if (!isHad) settings.warn(`${key} is not had here, and pictures are drawn as without it`);
  }
}

const VARIANCES = {
  fixed_small: 'posterior',
  fixed_small_log: 'posterior',
  fixed_large: 'beta',
  fixed_large_log: 'beta',
  learned: 'learned',
  learned_range: 'learned-range',
} as const;

const ddpm: Way = {
  draws(settings) {
    const levels = spacingOf(settings, 'leading');
    const variance = settings.one('variance_type', VARIANCES, 'fixed_small');
    const { offset = 0 } = levels;
    if (levels.spacing === 'trailing' && variance === 'beta') {
      settings.warn('variance_type fixed_large adds no noise in the last of few trailing steps here');
    }
    // diffusers adds noise wherever it has not arrived at t = 0.
    const noiseAtEnd = offset > 0 || (levels.spacing === 'trailing' && variance !== 'beta');
    return {
      sampler: 'ddpm',
      ...levels,
      ...(offset > 0 && { steps: stepsOf(settings) - offset }),
      variance,
      ...(noiseAtEnd && { noiseAtEnd }),
      ...thresholdOf(settings, { clips: true }),
    };
  },
};

const ddim: Way = {
  draws(settings) {
    const levels = spacingOf(settings, 'leading');
    return {
      sampler: 'ddim',
      steps: Math.min(50, stepsOf(settings)),
      rederive: false,
      ...levels,
      ...(levels.spacing !== 'leading' && { previous: 'stride' as const }),
      end: settings.flag('set_alpha_to_one', true) ? 'data' : 'first',
      ...thresholdOf(settings, { clips: true }),
    };
  },
};

const SOLVERS = {
  'dpmsolver++': ['deis', 'dpmpp-2m', 'dpmpp-3m'], // of order 1 all are DDIM
  'sde-dpmsolver++': [undefined, 'dpmpp-2m-sde', 'dpmpp-3m-sde'],
  dpmsolver: ['dpm-2m', 'dpm-2m', 'dpm-2m'],
  'sde-dpmsolver': [],
} as const;

/** The solver of both multistep classes, over timesteps and over EDM's σ. */
function multistepOf(settings: Drawn): Loose {
  const order = settings.number('solver_order', 2);
  const type = settings.word('algorithm_type', 'dpmsolver++');
  const solvers = settings.one('algorithm_type', SOLVERS, 'dpmsolver++');
  const sampler = (solvers as readonly (string | undefined)[])[order - 1];
  if (sampler === undefined) settings.warn(`${type} of order ${order} is not had here, and dpmpp-2m-sde is taken`);
  warnOf(settings, {
    'solver_type heun': settings.word('solver_type', 'midpoint') !== 'heun' || order === 1,
    'lower_order_final false': settings.flag('lower_order_final', true) || order === 1,
    euler_at_final: !settings.flag('euler_at_final', false),
  });
  if (sampler === 'dpmpp-3m-sde')
    settings.warn("the third order of sde-dpmsolver++ is taken as its authors' program has it");
  return {
    sampler: sampler ?? 'dpmpp-2m-sde',
    ...((sampler === 'dpm-2m' || sampler === 'deis') && { order }),
  };
}

const dpmSolver: Way = {
  ...maybeFlow,
  draws(settings) {
    const solver = multistepOf(settings);
    return {
      ...solver,
      ...levelsOf(settings, 'linspace'),
      ...(solver.sampler === 'dpm-2m' ? { end: 'first' as const } : endOf(settings)),
      ...thresholdOf(settings),
    };
  },
};

const unipc: Way = {
  ...maybeFlow,
  draws(settings) {
    warnOf(settings, {
      'predict_x0 false': settings.flag('predict_x0', true),
      'lower_order_final false': settings.flag('lower_order_final', true),
      disable_corrector: settings.numbers('disable_corrector', MOST_STEPS) === undefined,
    });
    return {
      sampler: 'unipc',
      order: settings.number('solver_order', 2),
      variant: settings.one('solver_type', { bh1: 'bh1', bh2: 'bh2' } as const, 'bh2'),
      ...levelsOf(settings, 'linspace'),
      ...endOf(settings),
      ...thresholdOf(settings),
    };
  },
};

const deis: Way = {
  ...maybeFlow,
  draws(settings) {
    const order = settings.number('solver_order', 2);
    warnOf(settings, { 'lower_order_final false': settings.flag('lower_order_final', true) || order === 1 });
    return {
      sampler: 'deis',
      order,
      ...levelsOf(settings, 'linspace'),
      end: 'first',
      ...thresholdOf(settings),
    };
  },
};

const euler: Way = {
  draws(settings) {
    const sigmaMin = settings.number('sigma_min', 0);
    const sigmaMax = settings.number('sigma_max', 0);
    const levels = spannedLevelsOf(settings, 'linspace');
    warnOf(settings, {
      'interpolation_type log_linear': settings.word('interpolation_type', 'linear') === 'linear',
      'timestep_type continuous': settings.word('timestep_type', 'discrete') === 'discrete',
    });
    return {
      sampler: 'euler',
      ...levels,
      ...(levels.sigmas && sigmaMin > 0 && { sigmaMin }),
      ...(levels.sigmas && sigmaMax > 0 && { sigmaMax }),
      ...endOf(settings),
      threshold: 'none',
    };
  },
};

const straight = (sampler: string, { clips }: { clips?: boolean } = {}): Pick<Way, 'draws'> => ({
  draws: (settings) => ({
    sampler,
    ...spannedLevelsOf(settings, 'linspace'),
    ...thresholdOf(settings, clips === undefined ? {} : { clips }),
  }),
});

const pndm: Way = {
  draws: (settings) => ({
    sampler: settings.flag('skip_prk_steps', false) ? 'plms' : 'pndm',
    ...spacingOf(settings, 'leading'),
    end: settings.flag('set_alpha_to_one', false) ? 'data' : 'first',
    threshold: 'none',
  }),
};

const lcm: Way = {
  ...latents,
  draws(settings) {
    warnOf(settings, {
      timestep_scaling: settings.number('timestep_scaling', 10) === 10,
      original_inference_steps: settings.number('original_inference_steps', 50) === 50,
    });
    return { sampler: 'lcm', ...thresholdOf(settings, { clips: false }) };
  },
};

const edmEuler: Way = {
  ...edm,
  draws: (settings) => ({ sampler: 'euler', ...edmGrid(settings), ...endOf(settings), threshold: 'none' }),
};

const edmDpm: Way = {
  ...edm,
  draws: (settings) => ({
    ...multistepOf(settings),
    ...edmGrid(settings),
    ...endOf(settings),
    ...thresholdOf(settings),
  }),
};

const flowEuler: Way = {
  ...flow,
  draws(settings) {
    warnOf(settings, {
      use_dynamic_shifting: !settings.flag('use_dynamic_shifting', false),
      shift_terminal: settings.number('shift_terminal', 0) === 0,
    });
    const sampler = settings.flag('stochastic_sampling', false) ? 'flow-sde' : 'euler';
    return { sampler, ...gridOf(settings), threshold: 'none' };
  },
};

/** The predictor is DDPM's step with all of β as noise; the corrector's depends on what the network gives, which no plan knows. */
const scoreSdeVe: Way = {
  ...score,
  draws(settings) {
    warnOf(settings, { correct_steps: settings.number('correct_steps', 1) === 0 });
    const steps = settings.number('num_train_timesteps', 2000);
    return { sampler: 'ddpm', variance: 'beta', sigmas: 'exponential', steps, threshold: 'none' };
  },
};

/** The schedulers of diffusers that have their like here. */
export const WAYS: Readonly<Record<string, Way>> = {
  DDPMScheduler: ddpm,
  DDPMParallelScheduler: ddpm,
  DDIMScheduler: ddim,
  DDIMParallelScheduler: ddim,
  DPMSolverMultistepScheduler: dpmSolver,
  UniPCMultistepScheduler: unipc,
  DEISMultistepScheduler: deis,
  EulerDiscreteScheduler: euler,
  EulerAncestralDiscreteScheduler: straight('euler-a'),
  HeunDiscreteScheduler: { ...latents, ...straight('heun', { clips: false }) },
  KDPM2DiscreteScheduler: { ...latents, ...straight('dpm2') },
  LMSDiscreteScheduler: straight('lms'),
  PNDMScheduler: pndm,
  LCMScheduler: lcm,
  EDMEulerScheduler: edmEuler,
  EDMDPMSolverMultistepScheduler: edmDpm,
  FlowMatchEulerDiscreteScheduler: flowEuler,
  ScoreSdeVeScheduler: scoreSdeVe,
};
