import type { Command } from 'commander';
import { choice, integer, number, pictureSize, text } from './options';
import { SCHEDULES } from './sampler-options';

/** Adds the options that say which weights of a run a command works on. */
export function addWeightsOptions(command: Command): Command {
  return command
    .option(
      '--weights <which>',
      "'ema' (averaged, the default) or 'model' (live); in a file of PyTorch also the key that they stand at",
      text('--weights'),
    )
    .option(
      '--ema-length <share>',
      "instead the average of this relative length (0.05: short, 0.25: long), after 'train --post-hoc-ema'",
      number('--ema-length', { min: 0, max: 0.28, above: true }),
    )
    .option(
      '--checkpoint <step>',
      'which checkpoint of the run (default: the latest)',
      integer('--checkpoint', { min: 0 }),
    );
}

/** Adds the options that say how a bare file was trained, which does not say so itself. */
export function addBareFileOptions(command: Command): Command {
  return command
    .optionsGroup('For a file that does not say how it was trained:')
    .option(
      '--size <pixels>',
      'side of the pictures, divisible by 8, or height x width (default: 64)',
      pictureSize('--size'),
    )
    .option(
      '--schedule <kind>',
      `noise it was trained with: ${SCHEDULES.join(', ')} (default: linear)`,
      choice('--schedule', SCHEDULES),
    )
    .option('--zero-snr', 'it was trained with zero terminal SNR')
    .option(
      '--prediction <what>',
      'what it gives: epsilon (default), x0, v or flow',
      choice('--prediction', ['epsilon', 'x0', 'v', 'flow']),
    )
    .option(
      '--noise-steps <n>',
      'steps T of the diffusion it was trained with (default: 1000)',
      integer('--noise-steps', { min: 2, max: 100_000 }),
    )
    .option(
      '--beta-start <number>',
      'its first β (default: 1e-4)',
      number('--beta-start', { min: 0, max: 1, above: true }),
    )
    .option('--beta-end <number>', 'its last β (default: 0.02)', number('--beta-end', { min: 0, max: 1, above: true }));
}
