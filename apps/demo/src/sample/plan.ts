import type { ModelInfo } from '@denoiser/backend-web';
import { type Plan, planFor, type SamplerOptions, samplers } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';

/** The samplers of the page: all that draw whole, clean pictures from an ordinary network. */
export const samplerMenu = Object.entries(samplers)
  .filter(
    ([name, { kinds, end, needsInpainting }]) =>
      kinds.includes('discrete') && !end && !needsInpainting && name !== 'lcm',
  )
  .map(([value, { title: name, about }]) => ({ value, name, about: `${about[0]?.toUpperCase()}${about.slice(1)}.` }));

/** Levels of noise where the sampler's own choice does not suit a page on which few steps are taken. */
const LEVELS: Readonly<Record<string, SamplerOptions>> = {
  ddim: { spacing: 'trailing' }, // starts where noise alone is
  // In σ the cosine schedule ends at 20,000, from where the mean of two slopes leads nowhere.
  heun: { sigmas: 'karras', sigmaMax: 40 },
};

/**
 * Returns the plan of a sampler for a model, in at most the steps that it was trained on.
 *
 * @throws ScheduleError in a sentence where sampler, steps and model do not fit.
 */
export function pagePlan(model: ModelInfo, options: SamplerOptions & { sampler: string; steps: number }): Plan {
  const process = createSchedule(model.schedule);
  const { prediction, learnedVariance } = model;
  const steps = Math.min(options.steps, process.steps);
  return planFor({ process, prediction, learnedVariance }, { ...LEVELS[options.sampler], ...options, steps });
}
