import { PipelineError } from '../errors';
import type { ModelInfo } from '../model';

type Json = Readonly<Record<string, unknown>>;

const PREDICTIONS = { epsilon: 'epsilon', x0: 'sample', v: 'v_prediction', flow: 'flow_prediction' } as const;
/** The release of diffusers whose files these are. */
export const VERSION = { _diffusers_version: '0.42.0' };

/**
 * Returns the `scheduler_config.json` of a model: the scheduler that it was trained with, as diffusers has it.
 *
 * @throws DenoiserError where diffusers has none of its kind.
 */
export function schedulerConfigOf({ process, prediction = 'epsilon', learnedVariance, sampler }: ModelInfo): Json {
  switch (process.kind) {
    case 'discrete':
      return {
        _class_name: 'DDPMScheduler',
        ...VERSION,
        ...betasOf(process),
        prediction_type: PREDICTIONS[prediction],
        variance_type: learnedVariance ? 'learned_range' : 'fixed_small',
        clip_sample: sampler?.threshold !== 'none',
        timestep_spacing: process.zeroTerminalSnr ? 'trailing' : 'leading',
      };
    case 'sigma': {
      const { sigmaMin, sigmaMax, sigmaData } = process;
      if (process.preconditioning === 'score') {
        return { _class_name: 'ScoreSdeVeScheduler', ...VERSION, sigma_min: sigmaMin / 2, sigma_max: sigmaMax / 2 };
      }
      if (process.preconditioning !== 'edm') break;
      return {
        _class_name: 'EDMEulerScheduler',
        ...VERSION,
        ...{ sigma_min: sigmaMin, sigma_max: sigmaMax, sigma_data: sigmaData },
        prediction_type: PREDICTIONS[process.prediction],
      };
    }
    case 'flow':
      return {
        _class_name: 'FlowMatchEulerDiscreteScheduler',
        ...VERSION,
        num_train_timesteps: process.steps,
        shift: process.shift,
      };
  }
  throw new PipelineError(
    'model-unfit',
    `diffusers has no scheduler for a model that was trained by ${process.kind}; save its weights as a safetensors file.`,
  );
}

/** Schedules that diffusers has by name, and their ends of β where the options leave them open. */
const NAMES: Readonly<Record<string, readonly [name: string, betaStart?: number, betaEnd?: number]>> = {
  linear: ['linear', 1e-4, 0.02],
  'scaled-linear': ['scaled_linear', 0.00085, 0.012],
  'sigmoid-beta': ['sigmoid', 1e-4, 0.02],
  cosine: ['squaredcos_cap_v2'],
};

/** The βs by the name that diffusers has for their schedule, else one by one. */
function betasOf({ options, betas, steps }: Extract<ModelInfo['process'], { kind: 'discrete' }>): Json {
  const { type = 'linear', steps: _, zeroTerminalSnr = false, ...others } = { ...options, steps };
  const [name, start, end] = (Object.hasOwn(NAMES, type) && NAMES[type]) || [];
  const { betaStart = start, betaEnd = end, ...rest } = others as { betaStart?: number; betaEnd?: number };
  const isNamed = name !== undefined && Object.values(rest).every((value) => value === undefined);
  if (!isNamed) return { num_train_timesteps: steps, trained_betas: Array.from(betas) };
  return {
    num_train_timesteps: steps,
    beta_schedule: name,
    ...(betaStart !== undefined && { beta_start: betaStart, beta_end: betaEnd }),
    ...(zeroTerminalSnr && { rescale_betas_zero_snr: true }),
  };
}
