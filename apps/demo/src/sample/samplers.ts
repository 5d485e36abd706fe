import type { ModelInfo } from '@denoiser/backend-web';
import { mostStepsFor, type SamplerOptions, samplers } from '@denoiser/samplers/arrays';

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
};

/** How many steps of noise a network was trained on. */
export function trainedSteps(process: ModelInfo['process'] = {}): number {
  if ('betas' in process) return process.betas.length;
  return ('steps' in process ? process.steps : undefined) ?? 1000;
}

/** The choices of the page as `drawImages` takes them: at most the steps that the sampler can take. */
export function samplerOptions(
  { process }: Pick<ModelInfo, 'process'>,
  { variance, ...options }: Omit<SamplerOptions, 'inpaint'> & { sampler: string; steps: number },
): Omit<SamplerOptions, 'inpaint'> {
  const chosen = { ...LEVELS[options.sampler], ...options };
  const takesVariance = samplers[options.sampler]?.takes?.includes('variance');
  return {
    ...chosen,
    steps: Math.min(options.steps, mostStepsFor({ process }, { ...chosen, inpaint: true })),
    ...(takesVariance && variance && { variance }),
  };
}
