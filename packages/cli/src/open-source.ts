import type { OpenModelOptions } from '@denoiser/backend-node';
import type { Prediction, ProcessOptions } from '@denoiser/schedules';
import { CommandError } from './errors';
import type { SCHEDULES } from './sampler-options';
import { warn } from './text';

/** Flags that say which weights a command works on, and how they were trained where their file does not say so. */
export interface SourceFlags {
  /** 'ema', 'model', or in a file of PyTorch the key that they stand at. */
  weights?: string;
  checkpoint?: number;
  /** σ_rel of an average to be made from the snapshots of a run. */
  emaLength?: number;
  /** These are for bare files; checkpoints know them. */
  size?: number | [height: number, width: number];
  schedule?: (typeof SCHEDULES)[number];
  zeroSnr?: boolean;
  prediction?: Prediction;
  noiseSteps?: number;
  betaStart?: number;
  betaEnd?: number;
}

/** Returns what the flags say of a model, as `openModel` takes it. */
export function modelOptions(flags: SourceFlags): OpenModelOptions {
  const { weights, emaLength, checkpoint, size, prediction } = flags;
  if (emaLength !== undefined && weights === 'model') {
    throw new CommandError(
      'option-invalid',
      '--ema-length makes an average from the snapshots, not --weights model; give one of them.',
    );
  }
  const process = processOf(flags);
  const which =
    emaLength !== undefined
      ? { length: emaLength }
      : weights === 'ema' || weights === 'model' || weights === undefined
        ? weights
        : { at: weights };
  return {
    ...(which !== undefined && { weights: which }),
    ...(checkpoint !== undefined && { checkpoint }),
    ...(size !== undefined && { imageSize: size }),
    ...(process && { process }),
    ...(prediction && { prediction }),
    onWarning: warn,
  };
}

/** The process that the flags name, if any does; what they leave open is as in the original. */
function processOf(flags: SourceFlags): ProcessOptions | undefined {
  const { schedule = 'linear', zeroSnr, noiseSteps, betaStart, betaEnd } = flags;
  const given = [flags.schedule, zeroSnr, noiseSteps, betaStart, betaEnd];
  if (given.every((value) => value === undefined)) return undefined;
  const ends = { betaStart: betaStart ?? 1e-4, betaEnd: betaEnd ?? 0.02 };
  const hasBetas = schedule === 'linear' || schedule === 'scaled-linear' || schedule === 'sigmoid-beta';
  const useless = [
    !hasBetas && (betaStart !== undefined || betaEnd !== undefined) && '--beta-start and --beta-end',
    (schedule === 'edm' || schedule === 'flow' || schedule === 'angle') && zeroSnr && '--zero-snr',
    schedule === 'edm' && noiseSteps !== undefined && '--noise-steps',
  ].find(Boolean);
  if (useless) {
    throw new CommandError('option-invalid', `--schedule ${schedule} has no use for ${useless}; leave it out.`);
  }
  const steps = noiseSteps ?? 1000;
  if (schedule === 'edm') return { kind: 'sigma' };
  if (schedule === 'flow') return { kind: 'flow', steps };
  if (schedule === 'angle') return { kind: 'angle', steps };
  const common = { steps, ...(zeroSnr && { zeroTerminalSnr: true }) };
  if (schedule === 'cosine') return { type: schedule, ...common };
  if (schedule === 'sigmoid') return { type: 'sigmoid-alpha-bar', ...common };
  if (schedule === 'linear') return { type: schedule, ...ends, ...common };
  return { type: schedule, ...common, ...((betaStart ?? betaEnd) !== undefined && ends) };
}
