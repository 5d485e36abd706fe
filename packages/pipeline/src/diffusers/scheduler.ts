import { quote } from '@denoiser/errors';
import type { SamplerOptions } from '@denoiser/samplers';
import { PipelineError } from '../errors';
import { discrete } from './scheduler/training';
import type { Loose, Training } from './scheduler/way';
import { WAYS } from './scheduler/ways';
import { settingsOf } from './settings';

/** What a scheduler of diffusers says: how the network was trained, and how pictures are drawn. */
export interface SchedulerSettings extends Training {
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
  if (!way && type !== '' && !saysBetas(config)) {
    throw new PipelineError(
      'config-invalid',
      `${name} is of a ${quote(type)}, which is not had here and does not say by β how the network was trained; choose a model of another scheduler.`,
    );
  }
  const trained = way?.trained?.(settings) ?? discrete(settings);
  const isFlow = trained.process.kind === 'flow';
  const sampler = way?.draws({ ...settings, warn, isFlow });
  if (!way) warn(`the scheduler ${type || 'without a name'} is not had here; name a sampler, or ddpm is taken`);
  return { ...trained, ...(sampler && { sampler: defined(sampler) }), warnings };
}

/** Whether a scheduler that is not known says how the network was trained as most do. */
const saysBetas = (config: unknown): boolean =>
  ['beta_schedule', 'beta_start', 'trained_betas'].some((key) => (config as Record<string, unknown>)[key] != null);

const defined = (options: Loose): SamplerOptions =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
