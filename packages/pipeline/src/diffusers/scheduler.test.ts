import { planFor } from '@denoiser/samplers';
import { describe, expect, it } from 'vitest';
import golden from '../../../samplers/test/fixtures/diffusers-0.40.json';
import others from '../../../samplers/test/fixtures/samplers.json';
import { follow, type Trajectory } from '../../../samplers/test/follow';
import saved from '../../test/fixtures/schedulers.json';
import { parsePythonJson } from './file-folder';
import { readScheduler } from './scheduler';

interface Recorded extends Trajectory {
  readonly scheduler: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly num_inference_steps: number | null;
  readonly step_kwargs: Readonly<Record<string, unknown>>;
  readonly set_timesteps: Readonly<Record<string, unknown>>;
}
const all = { ...golden, ...others } as unknown as Readonly<Record<string, Recorded>>;

/** What is not of the configuration, but of a call, or no like of it here. */
const isCall = ({ num_inference_steps: steps, step_kwargs: step, set_timesteps: set }: Recorded) =>
  steps === null || Object.keys(set).length > 0 || Object.keys(step).some((name) => name !== 'eta');

/** Where the grid differs, or the last step by its noise. */
const NEARLY: readonly string[] = [
  'dpm-exponential', // diffusers cuts the grid's times in float32: the first is 998 there and 999 here
  'dpm-beta',
];

/** What is drawn otherwise, and told so. */
const TOLD: readonly string[] = [
  ...['dpm-flow', 'unipc-flow'], // grids that end elsewhere: at 9 here, near 300 there
  'ddpm-large-v-trailing', // adds noise in the last of few steps, which is not told from the last of all
  ...['dpm-3-not-lower', 'dpm-eps-2-heun', 'dpm-euler-at-final', 'dpm-heun', 'dpm-sde-1', 'dpm-sde-3'],
  ...['dpm-sde-eps', 'dpm-sde-eps-heun', 'dpm-sde-heun', 'euler-continuous', 'euler-loglinear', 'flow-terminal'],
  ...['lcm-8', 'lcm-v-clip', 'unipc-disable', 'unipc-eps', 'unipc-not-lower'],
];

describe('the trajectories of diffusers, by their scheduler_config.json alone', () => {
  for (const [name, recorded] of Object.entries(all)) {
    if (isCall(recorded) || NEARLY.includes(name)) continue;
    const { scheduler, config, num_inference_steps: steps, step_kwargs: call } = recorded;
    const read = readScheduler({ _class_name: scheduler, ...config });
    const learnedVariance = config.variance_type === 'learned_range';
    const isTold = TOLD.includes(name);
    it(`${name} is read ${isTold ? 'with' : 'without'} a warning`, () =>
      expect(read.warnings.length > 0, read.warnings.join(' ')).toBe(isTold));
    if (isTold) continue;
    const options = {
      ...read.sampler,
      steps: steps as number,
      ...(call.eta !== undefined && { eta: Number(call.eta) }),
    };
    follow(name, planFor({ ...read, learnedVariance }, options), recorded);
  }
});

describe('the trajectories of diffusers 0.42, by the files that it saves', () => {
  for (const [name, recorded] of Object.entries(saved)) {
    const { warnings, sampler = {}, ...trained } = readScheduler(parsePythonJson(recorded.config));
    it(`${name} is read without a warning`, () => expect(warnings).toEqual([]));
    follow(name, planFor(trained, { ...sampler, steps: recorded.steps }), recorded);
  }
});

const read = (config: Readonly<Record<string, unknown>>) => readScheduler({ _class_name: 'DDPMScheduler', ...config });

describe('a scheduler_config.json', () => {
  it('has the defaults of its class, where it leaves something open', () => {
    expect(read({})).toEqual({
      process: { type: 'linear', steps: 1000, betaStart: 1e-4, betaEnd: 0.02 },
      prediction: 'epsilon',
      sampler: { sampler: 'ddpm', spacing: 'leading', variance: 'posterior', threshold: 'static' },
      warnings: [],
    });
    expect(readScheduler({ _class_name: 'DDIMScheduler', trained_betas: null }).sampler).toMatchObject({
      ...{ sampler: 'ddim', steps: 50, end: 'data', rederive: false },
    });
    const heun = readScheduler({ _class_name: 'HeunDiscreteScheduler' }).process;
    expect(heun).toMatchObject({ betaStart: 0.00085, betaEnd: 0.012 });
  });

  it('may list the βs', () => {
    const betas = [0.1, 0.2, 0.3];
    expect(read({ trained_betas: betas }).process).toEqual({ type: 'custom', betas });
  });

  it.each([
    [
      { prediction_type: 'flow' },
      /has "flow" as prediction_type, where one of epsilon, sample, v_prediction should be/,
    ],
    [{ beta_schedule: 'constructor' }, /beta_schedule, where one of linear, /],
    [{ beta_start: 'x' }, /has "x" as beta_start, where a number should be/],
    [{ clip_sample: 1 }, /has 1 as clip_sample, where true or false should be/],
    [{ trained_betas: Array(200_000).fill(0.1) }, /trained_betas, where a list of at most 100000 numbers/],
    [{ timestep_spacing: 'all' }, /timestep_spacing/],
    [{ _class_name: 7 }, /has 7 as _class_name, where a word should be/],
  ])('is refused by the name of what is unknown: %o', (config, message) => {
    expect(() => read(config)).toThrow(message);
    expect(() => readScheduler([config])).toThrow('is no object of settings');
  });

  it('says what is drawn otherwise', () => {
    const unknown = readScheduler({ _class_name: 'TCDScheduler', beta_schedule: 'scaled_linear' });
    expect(unknown.sampler).toBeUndefined();
    expect(unknown.process).toMatchObject({ type: 'scaled-linear' });
    expect(unknown.warnings).toEqual([
      'scheduler_config.json: the scheduler TCDScheduler is not had here; name a sampler, or ddpm is taken.',
    ]);
  });

  it.each(['KarrasVeScheduler', 'FlowMatchHeunDiscreteScheduler', 'IPNDMScheduler', 'ScoreSdeVpScheduler'])(
    'of a %s, which says by no β how the network was trained, is refused',
    (scheduler) => {
      const config = { _class_name: scheduler, num_train_timesteps: 1000, trained_betas: null };
      expect(() => readScheduler(config)).toThrow(
        `is of a "${scheduler}", which is not had here and does not say by β how the network was trained`,
      );
    },
  );

  it.each([
    ['DPMSolverMultistepScheduler', { solver_type: 'heun' }, 'solver_type heun'],
    ['EDMDPMSolverMultistepScheduler', { solver_type: 'heun' }, 'solver_type heun'],
    ['EDMDPMSolverMultistepScheduler', { euler_at_final: true }, 'euler_at_final'],
    ['DEISMultistepScheduler', { lower_order_final: false }, 'lower_order_final false'],
  ])('says what is drawn without a setting: %s of %o', (scheduler, config, setting) => {
    expect(readScheduler({ _class_name: scheduler, ...config }).warnings).toEqual([
      `scheduler_config.json: ${setting} is not had here, and pictures are drawn as without it.`,
    ]);
  });
});
