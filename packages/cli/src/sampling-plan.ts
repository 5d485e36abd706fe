import { type SamplerOptions, samplerOptionNames } from '@denoiser/samplers/arrays';
import { CommandError } from './errors';

/** The sampler options as commander has them. */
export interface SamplerFlags extends SamplerOptions {
  /** Short for `threshold` none. */
  noclip?: boolean;
}

/**
 * Returns what the flags say to `planFor`, out of all that a command takes.
 *
 * @throws DenoiserError where `--noclip` and `--threshold` are both given.
 */
export function samplerOptions(flags: SamplerFlags): SamplerOptions {
  if (flags.noclip && flags.threshold) {
    throw new CommandError('option-invalid', '--noclip is --threshold none; give one of them.');
  }
  const given = samplerOptionNames.flatMap((name) => (flags[name] === undefined ? [] : [[name, flags[name]] as const]));
  return { ...Object.fromEntries(given), ...(flags.noclip && { threshold: 'none' }) };
}
