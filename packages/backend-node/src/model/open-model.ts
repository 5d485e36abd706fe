import { fileURLToPath } from 'node:url';
import * as pipeline from '@denoiser/pipeline';
import { ensureDevice } from '../device/ensure-device';
import { NodeError } from '../errors';
import { fileCheckpointStore } from '../files/file-checkpoint-store';
import { locateModel } from './locate-model';
import { openWeights } from './open-weights';

/** A run folder, a folder in its `checkpoints/`, a .safetensors file or the .index.json of several, a URL of such a file, bytes, or a store of checkpoints. */
export type ModelSource = string | URL | pipeline.ModelSource;

/**
 * Opens a trained model: `await openModel('runs/landscape')`. Where no device has been chosen, the best one is.
 *
 * @throws DenoiserError as pipeline's `openModel`, and where a path or an address holds no model.
 */
export async function openModel(source: ModelSource, options: pipeline.OpenModelOptions = {}): Promise<pipeline.Model> {
  const url = urlOf(source);
  if (url) {
    return openFile(url, { name: url.href, ...options });
  }
  if (typeof source === 'string' || source instanceof URL) {
    const path = typeof source === 'string' ? source : fileURLToPath(source);
    const found = locateModel(path);
    if ('file' in found) {
      return openFile(path, { name: path, ...options });
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

/** A wrong place is told before a device is chosen, which takes longer. */
async function openFile(place: string | URL, options: pipeline.OpenModelOptions): Promise<pipeline.Model> {
  const weights = await openWeights(place);
  await ensureDevice().catch(async (error) => {
    await weights.close();
    throw error;
  });
  return pipeline.openModel(weights, options);
}

/** An address on the web; other texts are paths. */
function urlOf(source: ModelSource): URL | undefined {
  const text = source instanceof URL ? source.href : source;
  return typeof text === 'string' && /^https?:\/\//i.test(text) ? new URL(text) : undefined;
}
