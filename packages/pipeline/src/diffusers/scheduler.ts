import type { SamplerOptions } from '@denoiser/samplers';
import { MOST_STEPS, type Prediction, type ProcessOptions, type ScheduleOptions } from '@denoiser/schedules';
import { type Settings, settingsOf } from './settings';

/** What a scheduler of diffusers says: how the network was trained, and how pictures are drawn. */
export interface SchedulerSettings {
  readonly process: ProcessOptions;
  readonly prediction?: Prediction;
  /** Absent for a scheduler that has no like here. */
  readonly sampler?: SamplerOptions;
  /** What is drawn otherwise than the scheduler would, in sentences. */
  readonly warnings: readonly string[];
}

/**
 * Reads the `scheduler_config.json` of a model of diffusers. What decides how the network was trained must be known here; what
 * merely shades how pictures are drawn is told in a warning where it is not.
 *
 * @throws DenoiserError (`config-invalid`) that names the setting.
 */
export function readScheduler(config: unknown, name = 'scheduler_config.json'): SchedulerSettings {
  const settings = settingsOf(config, name);
  const type = settings.word('_class_name', '');
  const way = Object.hasOwn(WAYS, type) ? WAYS[type] : undefined;
  const warnings: string[] = [];
  const warn = (what: string) => void warnings.push(`${name}: ${what}.`);
  const trained = way?.trained?.(settings) ?? discrete(settings);
  const isFlow = trained.process.kind === 'flow';
  const sampler = way?.draws({ ...settings, warn, isFlow });
  if (!way) warn(`the scheduler ${type || 'without a name'} is not had here; name a sampler, or ddpm is taken`);
  return { ...trained, ...(sampler && { sampler: defined(sampler) }), warnings };
}

interface Way {
  /** Processes other than those over discrete time. */
  trained?(settings: Settings): Pick<SchedulerSettings, 'process' | 'prediction'>;
  draws(settings: Drawn): Loose;
}

/** Settings, and where to say what is drawn otherwise. */
interface Drawn extends Settings {
  readonly isFlow: boolean;
  warn(what: string): void;
}

/** Options some of which are undefined. */
type Loose = { readonly [Key in keyof SamplerOptions]?: SamplerOptions[Key] | undefined };

const defined = (options: Loose): SamplerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));

const SCHEDULES = {
  linear: 'linear',
  scaled_linear: 'scaled-linear',
  squaredcos_cap_v2: 'cosine',
  sigmoid: 'sigmoid-beta',
  laplace: 'laplace',
  exp: 'exponential',
} as const;

const PREDICTIONS = { epsilon: 'epsilon', sample: 'x0', v_prediction: 'v' } as const;

const SPACINGS = { leading: 'leading', trailing: 'trailing', linspace: 'linspace' } as const;

/** The ends of β where the configuration leaves them open. */
type Ends = { readonly betaStart: number; readonly betaEnd: number };
const PIXELS: Ends = { betaStart: 1e-4, betaEnd: 0.02 };
const LATENTS: Ends = { betaStart: 0.00085, betaEnd: 0.012 };

function discrete(settings: Settings, ends = PIXELS): Pick<SchedulerSettings, 'process' | 'prediction'> {
  const zeroTerminalSnr = settings.flag('rescale_betas_zero_snr', false);
  const process = { ...scheduleOf(settings, ends), ...(zeroTerminalSnr && { zeroTerminalSnr }) };
  return { process, prediction: settings.one('prediction_type', PREDICTIONS, 'epsilon') };
}

function scheduleOf(settings: Settings, ends: Ends): ScheduleOptions {
  const betas = settings.numbers('trained_betas', MOST_STEPS);
  if (betas) return { type: 'custom', betas };
  const type = settings.one('beta_schedule', SCHEDULES, 'linear');
  const steps = stepsOf(settings);
  if (type === 'cosine' || type === 'laplace' || type === 'exponential') return { type, steps };
  return {
    type,
    steps,
    betaStart: settings.number('beta_start', ends.betaStart),
    betaEnd: settings.number('beta_end', ends.betaEnd),
  };
}

const stepsOf = (settings: Settings): number =>
  settings.numbers('trained_betas', MOST_STEPS)?.length ?? settings.number('num_train_timesteps', 1000);

const latents: Pick<Way, 'trained'> = { trained: (settings) => discrete(settings, LATENTS) };

/** Schedulers that draw with a flow's σ where they are told to. */
const maybeFlow: Pick<Way, 'trained'> = {
  trained: (settings) =>
    settings.flag('use_flow_sigmas', false)
      ? {
          process: { kind: 'flow', steps: stepsOf(settings), shift: settings.number('flow_shift', 1) },
          prediction: 'flow',
        }
      : discrete(settings),
};

const edm: Pick<Way, 'trained'> = {
  trained: (settings) => ({
    process: {
      kind: 'sigma',
      sigmaMin: settings.number('sigma_min', 0.002),
      sigmaMax: settings.number('sigma_max', 80),
      sigmaData: settings.number('sigma_data', 0.5),
      prediction: settings.one('prediction_type', { epsilon: 'epsilon', v_prediction: 'v' } as const, 'epsilon'),
    },
  }),
};

/** What becomes of predicted pixels beyond ±1, by the scheduler's defaults. */
function thresholdOf(settings: Settings, { clips }: { clips?: boolean } = {}): Loose {
  if (settings.flag('thresholding', false)) {
    return {
      threshold: 'dynamic',
      thresholdRatio: settings.number('dynamic_thresholding_ratio', 0.995),
      thresholdMax: settings.number('sample_max_value', 1),
    };
  }
  if (clips === undefined || !settings.flag('clip_sample', clips)) return { threshold: 'none' };
  const range = settings.number('clip_sample_range', 1);
  return { threshold: 'static', ...(range !== 1 && { thresholdMax: range }) };
}

/** Which timesteps are visited. Schedulers by σ visit those without signal, too. */
function spacingOf(settings: Drawn, fallback: keyof typeof SPACINGS): Loose {
  if (settings.isFlow) return {};
  const spacing = settings.one('timestep_spacing', SPACINGS, fallback);
  const offset = settings.number('steps_offset', 0);
  return { spacing, ...(spacing === 'leading' && offset > 0 && { offset }) };
}

/** The grid of σ that is taken instead of timesteps, if one is. */
function gridOf(settings: Drawn): Loose {
  const sigmas = (
    [
      ['use_karras_sigmas', 'karras'],
      ['use_exponential_sigmas', 'exponential'],
      ['use_lu_lambdas', 'exponential'],
      ['use_beta_sigmas', 'beta'],
    ] as const
  ).find(([key]) => settings.flag(key, false))?.[1];
  return { sigmas };
}

/** Levels of schedulers whose grids of σ span all of training. */
function levelsOf(settings: Drawn, fallback: keyof typeof SPACINGS): Loose {
  const grid = gridOf(settings);
  return { ...(grid.sigmas ? grid : spacingOf(settings, fallback)), ...(!settings.isFlow && { allLevels: true }) };
}

/** Levels of schedulers whose grids of σ span the timesteps that they would take. */
function spannedLevelsOf(settings: Drawn, fallback: keyof typeof SPACINGS): Loose {
  return { ...spacingOf(settings, fallback), ...gridOf(settings), allLevels: true };
}

const endOf = (settings: Settings): Loose => ({
  end: settings.one('final_sigmas_type', { zero: 'data', sigma_min: 'first' } as const, 'zero'),
});

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

const dpmSolver: Way = {
  ...maybeFlow,
  draws(settings) {
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
      ...levelsOf(settings, 'linspace'),
      ...(sampler === 'dpm-2m' ? { end: 'first' as const } : endOf(settings)),
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
  draws: (settings) => ({
    sampler: 'deis',
    order: settings.number('solver_order', 2),
    ...levelsOf(settings, 'linspace'),
    end: 'first',
    ...thresholdOf(settings),
  }),
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

/** The grid of EDM's schedulers. */
function edmGrid(settings: Settings): Loose {
  const rho = settings.number('rho', 7);
  const sigmas = settings.one('sigma_schedule', { karras: 'karras', exponential: 'exponential' } as const, 'karras');
  return { sigmas, ...(sigmas === 'karras' && { rho }) };
}

const edmEuler: Way = {
  ...edm,
  draws: (settings) => ({ sampler: 'euler', ...edmGrid(settings), ...endOf(settings), threshold: 'none' }),
};

const edmDpm: Way = {
  ...edm,
  draws(settings) {
    const type = settings.word('algorithm_type', 'dpmsolver++');
    const sampler = `dpmpp-${settings.number('solver_order', 2) === 3 ? 3 : 2}m${type.startsWith('sde') ? '-sde' : ''}`;
    return { sampler, ...edmGrid(settings), ...endOf(settings), ...thresholdOf(settings) };
  },
};

const flowEuler: Way = {
  trained: (settings) => ({
    process: {
      kind: 'flow',
      steps: settings.number('num_train_timesteps', 1000),
      shift: settings.number('shift', 1),
    },
    prediction: 'flow',
  }),
  draws(settings) {
    warnOf(settings, {
      use_dynamic_shifting: !settings.flag('use_dynamic_shifting', false),
      shift_terminal: settings.number('shift_terminal', 0) === 0,
    });
    const sampler = settings.flag('stochastic_sampling', false) ? 'flow-sde' : 'euler';
    return { sampler, ...gridOf(settings), threshold: 'none' };
  },
};

/** The schedulers of diffusers that have their like here. */
const WAYS: Readonly<Record<string, Way>> = {
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
};
