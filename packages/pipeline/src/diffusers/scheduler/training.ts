import { MOST_STEPS, type ScheduleOptions } from '@denoiser/schedules';
import type { Settings } from '../settings';
import type { Training, Way } from './way';

/** How networks were trained, by the settings of their schedulers. */

const SCHEDULES = {
  linear: 'linear',
  scaled_linear: 'scaled-linear',
  squaredcos_cap_v2: 'cosine',
  sigmoid: 'sigmoid-beta',
  laplace: 'laplace',
  exp: 'exponential',
} as const;

const PREDICTIONS = { epsilon: 'epsilon', sample: 'x0', v_prediction: 'v' } as const;

/** The ends of β where the configuration leaves them open. */
type Ends = { readonly betaStart: number; readonly betaEnd: number };
const PIXELS: Ends = { betaStart: 1e-4, betaEnd: 0.02 };
const LATENTS: Ends = { betaStart: 0.00085, betaEnd: 0.012 };

export function discrete(settings: Settings, ends = PIXELS): Training {
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

export const stepsOf = (settings: Settings): number =>
  settings.numbers('trained_betas', MOST_STEPS)?.length ?? settings.number('num_train_timesteps', 1000);

export const latents: Pick<Way, 'trained'> = { trained: (settings) => discrete(settings, LATENTS) };

/** Schedulers that draw with a flow's σ where they are told to. */
export const maybeFlow: Pick<Way, 'trained'> = {
  trained: (settings) =>
    settings.flag('use_flow_sigmas', false)
      ? {
          process: { kind: 'flow', steps: stepsOf(settings), shift: settings.number('flow_shift', 1) },
          prediction: 'flow',
        }
      : discrete(settings),
};

export const edm: Pick<Way, 'trained'> = {
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

/** σ is twice as large in values from −1 to 1 as in theirs, from 0 to 1. */
export const score: Pick<Way, 'trained'> = {
  trained: (settings) => ({
    process: {
      kind: 'sigma',
      preconditioning: 'score',
      sigmaMin: 2 * settings.number('sigma_min', 0.01),
      sigmaMax: 2 * settings.number('sigma_max', 1348),
    },
  }),
};

export const flow: Pick<Way, 'trained'> = {
  trained: (settings) => ({
    process: {
      kind: 'flow',
      steps: settings.number('num_train_timesteps', 1000),
      shift: settings.number('shift', 1),
    },
    prediction: 'flow',
  }),
};
