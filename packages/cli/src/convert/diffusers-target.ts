import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { saveDiffusers } from '@denoiser/backend-node';
import { commandLine } from '../command-line';
import { atPath, CommandError } from '../errors';
import type { Target } from './target';

/** A folder that diffusers loads by its name. */
export const diffusersTarget: Target = {
  about: 'a folder as diffusers saves a model',
  async check(path, { overwrite }) {
    if (!existsSync(path)) return;
    if (!statSync(path).isDirectory()) {
      throw new CommandError('file-exists', `--to ${path} is a file; give the name of a folder.`);
    }
    if (atPath('read', path, () => readdirSync(path)).length === 0) return;
    if (!existsSync(join(path, 'model_index.json'))) {
      throw new CommandError(
        'file-exists',
        `${path} is not empty and holds no model of diffusers; choose another folder.`,
      );
    }
    if (overwrite) return;
    throw new CommandError('file-exists', `${path} holds a model already; choose another folder, or give --overwrite.`);
  },
  async write(model, path, { dtype }) {
    await saveDiffusers(model, path, dtype && { dtype });
    return commandLine(['sample', path]);
  },
};
