import { fileURLToPath } from 'node:url';
import type * as pipeline from '@denoiser/pipeline';
import { NodeError } from '../errors';
import { diskFolder } from '../files/disk-folder';
import { fileCheckpointStore } from '../files/file-checkpoint-store';
import { locateModel } from './locate-model';
import { openWeights } from './open-weights';
import { shippedModelOf, shippedModelPath } from './shipped-model';

/**
 * The name of a model that comes as a package, `digits`, or of its package; a run folder, a folder in its `checkpoints/`, a folder as diffusers saves a model, a file of safetensors or of PyTorch or the
 * .index.json of several, a URL of such a file, bytes, or a store of checkpoints.
 */
export type ModelSource = string | URL | pipeline.ModelSource;

/** What a model is opened from, and how: the paths and addresses in it are opened, and whoever takes it closes them. */
export interface ResolvedSource {
  readonly source: pipeline.ModelSource;
  readonly options: pipeline.OpenModelOptions;
  /** Closes what nobody takes. */
  close(): Promise<void>;
}

/**
 * Opens what a path or an address names.
 *
 * @throws DenoiserError where it holds no model.
 */
export async function resolveSource(source: ModelSource, options: pipeline.OpenModelOptions): Promise<ResolvedSource> {
  const url = urlOf(source);
  if (url) return ofFile(url, { name: url.href, ...options });
  if (!(typeof source === 'string' || source instanceof URL)) return { source, options, close: async () => {} };
  const path = typeof source === 'string' ? source : fileURLToPath(source);
  const shipped = typeof source === 'string' ? shippedModelOf(source) : undefined;
  if (shipped) return ofFile(shippedModelPath(shipped), { name: shipped.package, ...options });
  const found = locateModel(path);
  if ('file' in found) return ofFile(path, { name: path, ...options });
  if ('folder' in found)
    return { source: diskFolder(path), options: { name: path, ...options }, close: async () => {} };
  const { checkpoints, snapshots, step } = found;
  if (typeof options.weights === 'object' && 'length' in options.weights && !snapshots) {
    throw new NodeError(
      'option-invalid',
      `\`weights\` of a length are made from the snapshots of a run, and ${path} is one of its checkpoints; give its folder.`,
    );
  }
  return {
    source: fileCheckpointStore(checkpoints),
    options: {
      name: checkpoints,
      ...(snapshots && { snapshots: fileCheckpointStore(snapshots) }),
      ...(step !== undefined && { checkpoint: step }),
      ...options,
    },
    close: async () => {},
  };
}

async function ofFile(place: string | URL, options: pipeline.OpenModelOptions): Promise<ResolvedSource> {
  const source = await openWeights(place);
  return { source, options, close: () => source.close() };
}

/** An address on the web; other texts are paths. */
function urlOf(source: ModelSource): URL | undefined {
  const text = source instanceof URL ? source.href : source;
  return typeof text === 'string' && /^https?:\/\//i.test(text) ? new URL(text) : undefined;
}
