import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDiffusersFolder, shippedModels } from '@denoiser/pipeline';
import { NodeError } from '../errors';
import { filesIn } from '../files/disk-folder';

/** Where a model's weights are: a file, a folder of diffusers, or the checkpoints of a run (one of them, if the path names it). */
export type ModelLocation =
  | { readonly file: string }
  | { readonly folder: string }
  | { readonly checkpoints: string; readonly snapshots?: string; readonly step?: number };

/**
 * Returns what a path means: a run folder, a folder in its `checkpoints/`, a model as diffusers saves it, or a file.
 *
 * @throws DenoiserError where there is nothing, or a folder of something else.
 */
export function locateModel(path: string): ModelLocation {
  if (!existsSync(path)) {
    const names = shippedModels.map(({ name }) => name).join(', ');
    throw new NodeError(
      'model-missing',
      `There is no ${path}; give a run folder, a .safetensors file, or one of the models ${names}.`,
    );
  }
  if (statSync(path).isFile()) return { file: path };
  const step = /^step-(\d+)$/.exec(basename(path))?.[1];
  if (step !== undefined && existsSync(join(path, 'state.json'))) {
    return { checkpoints: dirname(path), step: Number(step) };
  }
  if (isDiffusersFolder(filesIn(path))) return { folder: path };
  const checkpoints = join(path, 'checkpoints');
  if (existsSync(join(path, 'config.json')) || existsSync(checkpoints)) {
    return { checkpoints, snapshots: join(path, 'snapshots') };
  }
  const wanted = "a run folder, a folder in a run's checkpoints/, a folder of diffusers or a .safetensors file";
  throw new NodeError('model-missing', `${path} is no run folder; give ${wanted}.`);
}
