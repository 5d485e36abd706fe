import { SIGMAS, samplers } from '@denoiser/samplers/arrays';
import type { Command } from 'commander';
import { suggesting } from './completion/vocabulary';
import { CommandError } from './errors';
import { choice, decimal, integer, number } from './options';

/** Words of `--schedule`: noise over discrete time, or the continuous processes. */
export const SCHEDULES = [
  'linear',
  'scaled-linear',
  'cosine',
  'sigmoid',
  'sigmoid-beta',
  'angle',
  'edm',
  'flow',
] as const;

/** Names of samplers, without their aliases. */
export const SAMPLERS = Object.keys(samplers);

/** Returns a parser of `a:b`, two numbers of which the first is the smaller one. */
export const range =
  (flag: string) =>
  (text: string): readonly [number, number] => {
    const [low, high, ...rest] = text.split(':').map(decimal);
    if (low !== undefined && high !== undefined && rest.length === 0 && low >= 0 && low < high) return [low, high];
    throw new CommandError(
      'option-invalid',
      `${flag} must be two numbers like 0.3:5, the smaller one first, got '${text}'.`,
    );
  };

/** Returns a parser of `7:8`, two seeds. */
export const seeds =
  (flag: string) =>
  (text: string): readonly [number, number] => {
    const [from, to, ...rest] = /^\d+:\d+$/.test(text) ? text.split(':').map(Number) : [];
    if (Number.isSafeInteger(from) && Number.isSafeInteger(to) && rest.length === 0)
      return [from, to] as [number, number];
    throw new CommandError('option-invalid', `${flag} must be two seeds, like 7:8, got '${text}'.`);
  };

/** Returns a parser of `990,700,333`, descending timesteps. */
export const timesteps =
  (flag: string) =>
  (text: string): number[] => {
    if (/^\d+(,\d+)*$/.test(text)) return text.split(',').map(Number);
    throw new CommandError('option-invalid', `${flag} must be whole numbers like 990,700,333, got '${text}'.`);
  };

/** Adds the options of `sample` that say which sampler takes which steps. Defaults are the sampler's own. */
export function addSamplerOptions(command: Command): Command {
  const atLeast0 = (flag: string) => number(flag, { min: 0 });
  const above0 = (flag: string) => number(flag, { min: 0, above: true });
  return command
    .optionsGroup('Sampler:')
    .option(
      '--sampler <name>',
      "how to get from noise to a picture (default: the model's, else ddpm)",
      suggesting(SAMPLERS),
    )
    .option('--list', 'list the samplers, what they take and where they come from')
    .option(
      '--steps <n>',
      "how many (default: the model's or the sampler's; ddpm takes all)",
      integer('--steps', { min: 1 }),
    )
    .option(
      '--variance <kind>',
      "noise a step of ddpm adds: 'posterior' (default: β̃, clean with few steps), 'beta' (the original programs'), 'learned-range' or 'learned' where the network learned it",
      choice('--variance', ['posterior', 'beta', 'learned-range', 'learned']),
    )
    .option(
      '--eta <number>',
      'noise of ddim (0, default, to 1, as ddpm) and of euler-a (default: 1)',
      atLeast0('--eta'),
    )
    .option('--order <n>', 'order of unipc, deis, dpm-2m, ipndm or lms', integer('--order', { min: 1, max: 4 }))
    .option(
      '--threshold <kind>',
      "what becomes of predicted pixels beyond ±1: 'static' (default) cuts them, 'dynamic' scales the picture by its own quantile, 'none'",
      choice('--threshold', ['none', 'static', 'dynamic']),
    )
    .option('--noclip', 'short for --threshold none (the original does not clip)')
    .option('--original', 'count as the original does: t = T−1 … 1 instead of T−1 … 0')
    .optionsGroup('Which levels of noise:')
    .option(
      '--spacing <way>',
      "how --steps are spread: all, leading, trailing, linspace, quadratic, ddim or lcm; or like '10,15,20' (that many in each third) or 'ddim25'",
    )
    .option('--timesteps <list>', 'these, descending, like 990,700,333', timesteps('--timesteps'))
    .option('--sigmas <grid>', `noise levels instead of timesteps: ${SIGMAS.join(', ')}`, choice('--sigmas', SIGMAS))
    .option('--sigma-min <number>', "the grid's least σ (default: the model's)", above0('--sigma-min'))
    .option('--sigma-max <number>', "the grid's greatest σ (default: the model's)", above0('--sigma-max'))
    .option('--rho <number>', 'ρ of karras (default: 7) and polyexponential (1)', above0('--rho'))
    .option('--all-levels', 'of a cosine schedule also visit the levels without signal, which samplers by σ leave out')
    .option('--shift <number>', 'shift of a flow model (default: as it was trained)', above0('--shift'))
    .option('--offset <n>', 'added to the timesteps of --spacing leading', integer('--offset', { min: 0 }))
    .option(
      '--end <where>',
      "'data' (default) ends free of noise, 'first' at the least noise of training",
      choice('--end', ['data', 'first']),
    )
    .optionsGroup('Of some samplers, see --list:')
    .option('--variant <name>', 'bh1 or bh2 (default) of unipc', choice('--variant', ['bh1', 'bh2']))
    .option('--churn <number>', 'noise that edm (default: 40) and euler (0) add over the run', atLeast0('--churn'))
    .option('--churn-min <σ>', 'from this σ (default: 0.05)', atLeast0('--churn-min'))
    .option('--churn-max <σ>', 'up to this σ (default: 50)', atLeast0('--churn-max'))
    .option('--churn-noise <factor>', 'scale of that noise (default: 1.003)', atLeast0('--churn-noise'))
    .option('--rederive', 'ddim: ε from the clipped picture (default)')
    .option('--no-rederive', 'ddim: ε as the network gave it, though the picture was clipped')
    .option('--noise-at-end', 'ddpm: noise in the last step, too')
    .option('--jump <n>', 'repaint: steps down before it goes back (default: 10)', integer('--jump', { min: 1 }))
    .option(
      '--resamples <n>',
      'repaint: how often it goes down in all (default: 10)',
      integer('--resamples', { min: 1 }),
    )
    .option(
      '--threshold-ratio <share>',
      'quantile of --threshold dynamic (default: 0.995)',
      number('--threshold-ratio', { min: 0, max: 1, above: true }),
    )
    .option(
      '--threshold-max <number>',
      'pixels are cut here by static (default: 1), scaled down from at most here by dynamic (10)',
      above0('--threshold-max'),
    );
}
