import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileError } from '@denoiser/errors';
import { diffusersFiles, type ModelFile, streamWeights } from '@denoiser/pipeline';
import type { FloatDType } from '@denoiser/safetensors';
import { nodeFileSystem } from '../files/file-system';
import {
  type FileData,
  makeFolder,
  removeQuietly,
  temporaryName,
  writeDurably,
  writeFileAtomically,
} from '../files/write-atomically';

export interface SaveDiffusersOptions {
  /** The type of the numbers. Default: as the model's file has them. */
  readonly dtype?: FloatDType;
}

/**
 * Saves a model as diffusers does, tensor by tensor: `await withModelFile('model.safetensors', {}, (model) => saveDiffusers(model,
 * 'ddpm-mine'))`. Where the folder is not there yet, it is whole or absent; in one that is, files of these names are replaced.
 *
 * @throws DenoiserError for a network that diffusers does not have; then nothing is written.
 */
export async function saveDiffusers(
  model: ModelFile,
  folder: string,
  options: SaveDiffusersOptions = {},
): Promise<void> {
  // Last the one that says what the others are.
  const files = [...diffusersFiles(model, streamWeights(model, options))].reverse();
  if (existsSync(folder)) {
    for (const [path, data] of files) await writeFileAtomically(join(folder, path), data);
  } else await writeWhole(folder, files);
}

/** Writes a folder beside its place, and moves it there. */
async function writeWhole(folder: string, files: readonly (readonly [path: string, data: FileData])[]): Promise<void> {
  const temporary = join(dirname(folder), temporaryName(basename(folder)));
  try {
    for (const [path, data] of files) {
      const file = join(temporary, path);
      await makeFolder(nodeFileSystem, dirname(file));
      await writeDurably(nodeFileSystem, file, data);
    }
    await nodeFileSystem.rename(temporary, folder);
  } catch (error) {
    await removeQuietly(nodeFileSystem, temporary);
    throw fileError(error, 'write', folder);
  }
}
