import { basename, join, resolve } from 'node:path';
import { newConfig, type TrainOptions } from '../config';
import { CommandError } from '../errors';
import { checkNewRunFolder } from '../run-folder';
import { runTraining } from '../training-run';

export type { TrainOptions };

/** `denoiser train <folder>` */
export async function train(folder: string, options: TrainOptions): Promise<void> {
  const out = options.out ?? join('runs', basename(resolve(folder)) || 'run');
  if (options.betaEnd < options.betaStart) {
    throw new CommandError(
      'bad-option',
      `--beta-end ${options.betaEnd} is below --beta-start ${options.betaStart}; β grows.`,
    );
  }
  checkNewRunFolder(out, options.overwrite ?? false);
  await runTraining({ folder: out, config: newConfig(folder, options), start: 'anew' });
}
