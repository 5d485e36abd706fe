import { streamWeights, writeFileAtomically } from '@denoiser/backend-node';
import { commandLine } from '../command-line';
import { checkFileTarget } from './check-file';
import type { Target } from './target';

/** A safetensors file that says itself what it is of and how that was trained. */
export const safetensorsTarget: Target = {
  ending: '.safetensors',
  about: 'a file that any program reads which knows safetensors',
  async check(path, { overwrite }) {
    checkFileTarget(path, overwrite);
  },
  async write(model, path, { dtype }) {
    await writeFileAtomically(path, streamWeights(model, dtype && { dtype }));
    return commandLine(['sample', path]);
  },
};
