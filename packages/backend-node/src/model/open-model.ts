import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { fileError } from '@denoiser/errors';
import * as pipeline from '@denoiser/pipeline';
import { ensureDevice } from '../device/ensure-device';
import { NodeError } from '../errors';
import { fileCheckpointStore } from '../files/file-checkpoint-store';
import { fetchFile } from './fetch-file';
import { locateModel } from './locate-model';

/** A run folder, a folder in its `checkpoints/`, a .safetensors file, a URL, bytes, or a store of checkpoints. */
export type ModelSource = string | URL | pipeline.ModelSource;

/**
 * Opens a trained model: `await openModel('runs/landscape')`. Where no device has been chosen, the best one is.
 *
 * @throws DenoiserError as pipeline's `openModel`, and where a path or an address holds no model.
 */
export async function openModel(source: ModelSource, options: pipeline.OpenModelOptions = {}): Promise<pipeline.Model> {
  const url = urlOf(source);
  if (url) {
    const bytes = await fetchFile(url);
    await ensureDevice();
    return pipeline.openModel(bytes, { name: url.href, ...options });
  }
  if (typeof source === 'string' || source instanceof URL) {
    const path = typeof source === 'string' ? source : fileURLToPath(source);
    const found = locateModel(path);
    if ('file' in found) {
      const bytes = await readFile(path).catch((error) => {
        throw fileError(error, 'read', path);
      });
      await ensureDevice();
      return pipeline.openModel(bytes, { name: path, ...options });
    }
    await ensureDevice();
    const { checkpoints, snapshots, step } = found;
    if (typeof options.weights === 'object' && !snapshots) {
      throw new NodeError(
        'option-invalid',
        `\`weights\` of a length are made from the snapshots of a run, and ${path} is one of its checkpoints; give its folder.`,
      );
    }
    return pipeline.openModel(fileCheckpointStore(checkpoints), {
      name: checkpoints,
      ...(snapshots && { snapshots: fileCheckpointStore(snapshots) }),
      ...(step !== undefined && { checkpoint: step }),
      ...options,
    });
  }
  await ensureDevice();
  return pipeline.openModel(source, options);
}

/** An address on the web; other texts are paths. */
function urlOf(source: ModelSource): URL | undefined {
  const text = source instanceof URL ? source.href : source;
  return typeof text === 'string' && /^https?:\/\//i.test(text) ? new URL(text) : undefined;
}
