import { existsSync, statSync } from 'node:fs';
import { streamWeights, writeFileAtomically } from '@denoiser/backend-node';
import { commandLine } from '../command-line';
import { CommandError } from '../errors';
import type { Target } from './target';

/** A safetensors file that says itself what it is of and how that was trained. */
export const safetensorsTarget: Target = {
  ending: '.safetensors',
  about: 'a file that any program reads which knows safetensors',
  async check(path, { overwrite }) {
    if (!existsSync(path)) return;
    if (statSync(path).isDirectory()) {
      throw new CommandError('file-exists', `--to ${path} is a folder; give the name of a file.`);
    }
    if (overwrite) return;
    throw new CommandError('file-exists', `${path} is there already; choose another name, or give --overwrite.`);
  },
  async write(model, path, { dtype }) {
    await writeFileAtomically(path, streamWeights(model, dtype && { dtype }));
    return commandLine(['sample', path]);
  },
};
