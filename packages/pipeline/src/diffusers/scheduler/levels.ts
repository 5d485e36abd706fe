import type { Settings } from '../settings';
import type { Drawn, Loose } from './way';

/** The parts of a sampler's options that schedulers share: its levels of noise, its end, its threshold. */

const SPACINGS = { leading: 'leading', trailing: 'trailing', linspace: 'linspace' } as const;

/** What becomes of predicted pixels beyond ±1, by the scheduler's defaults. */
export function thresholdOf(settings: Settings, { clips }: { clips?: boolean } = {}): Loose {
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
export function spacingOf(settings: Drawn, fallback: keyof typeof SPACINGS): Loose {
  if (settings.isFlow) return {};
  const spacing = settings.one('timestep_spacing', SPACINGS, fallback);
  const offset = settings.number('steps_offset', 0);
  return { spacing, ...(spacing === 'leading' && offset > 0 && { offset }) };
}

/** The grid of σ that is taken instead of timesteps, if one is. */
export function gridOf(settings: Drawn): Loose {
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
export function levelsOf(settings: Drawn, fallback: keyof typeof SPACINGS): Loose {
  const grid = gridOf(settings);
  if (settings.isFlow)
    settings.warn('use_flow_sigmas is drawn over the grid of flows here, which goes on to less noise');
  return { ...(grid.sigmas ? grid : spacingOf(settings, fallback)), ...(!settings.isFlow && { allLevels: true }) };
}

/** Levels of schedulers whose grids of σ span the timesteps that they would take. */
export function spannedLevelsOf(settings: Drawn, fallback: keyof typeof SPACINGS): Loose {
  return { ...spacingOf(settings, fallback), ...gridOf(settings), allLevels: true };
}

export const endOf = (settings: Settings): Loose => ({
  end: settings.one('final_sigmas_type', { zero: 'data', sigma_min: 'first' } as const, 'zero'),
});

/** The grid of EDM's schedulers. */
export function edmGrid(settings: Settings): Loose {
  const rho = settings.number('rho', 7);
  const sigmas = settings.one('sigma_schedule', { karras: 'karras', exponential: 'exponential' } as const, 'karras');
  return { sigmas, ...(sigmas === 'karras' && { rho }) };
}
