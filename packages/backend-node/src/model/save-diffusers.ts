import { join } from 'node:path';
import { diffusersFiles, type ModelFile, streamWeights } from '@denoiser/pipeline';
import type { FloatDType } from '@denoiser/safetensors';
import { writeFileAtomically } from '../files/write-atomically';

export interface SaveDiffusersOptions {
  /** The type of the numbers. Default: as the model's file has them. */
  readonly dtype?: FloatDType;
}

/**
 * Saves a model as diffusers does, tensor by tensor: `await withModelFile('model.safetensors', {}, (model) => saveDiffusers(model,
 * 'ddpm-mine'))`. What lies there under these names is replaced.
 *
 * @throws DenoiserError for a network that diffusers does not have; then nothing is written.
 */
export async function saveDiffusers(
  model: ModelFile,
  folder: string,
  options: SaveDiffusersOptions = {},
): Promise<void> {
  const files = [...diffusersFiles(model, streamWeights(model, options))];
  // Last the one that says what the others are.
  for (const [path, data] of files.reverse()) await writeFileAtomically(join(folder, path), data);
}
