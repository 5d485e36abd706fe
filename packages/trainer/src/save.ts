import type { TensorEntry, TensorFile } from '@denoiser/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import { encodeCheckpoint } from './checkpoint';
import { diverged } from './divergence';
import type { Run } from './trainer';
import type { CheckpointStore, ImageDataset } from './types';

/**
 * Writes a checkpoint of where the run stands. Errors: `diverged` if a tensor has a value that is not finite, in which
 * case nothing is written; whatever the store throws.
 */
export async function saveCheckpoint(
  run: Run,
  o: { store: CheckpointStore; dataset: ImageDataset; notes?: unknown },
): Promise<void> {
  const { model, options, optimizer, ema, progress } = run;
  const { step, epoch, position } = progress;
  const { length, imageShape, classNames } = o.dataset;
  const exported = async (parameters: ReadonlyMap<string, Tensor>, what: string): Promise<TensorFile> => {
    const file = await model.exportParameters(parameters);
    for (const [name, { data }] of file.tensors) {
      if (!allFinite(data))
        throw diverged(`${what} of ${name} has a value that is not finite`, step, progress.checkpoint);
    }
    return file;
  };
  const first = await exported(optimizer.firstMoments, 'The first moment');
  const second = await exported(optimizer.secondMoments, 'The second moment');
  const files = await encodeCheckpoint(
    {
      step,
      epoch,
      position,
      architecture: model.architecture,
      prediction: 'epsilon',
      options,
      dataset: { length, imageShape, ...(classNames && { classNames }) },
      ...(o.notes !== undefined && { notes: o.notes }),
    },
    {
      'model.safetensors': await exported(model.parameters, 'The parameter'),
      'ema.safetensors': await exported(ema.parameters, 'The average'),
      'optimizer.safetensors': joinMoments(first, second),
    },
  );
  await o.store.write(step, files);
  progress.checkpoint = step;
}

/** Both moments in one file: `m.<parameter>` and `v.<parameter>`. */
function joinMoments(first: TensorFile, second: TensorFile): TensorFile {
  const prefixed = (prefix: string, { tensors }: TensorFile) =>
    [...tensors].map(([name, entry]): [string, TensorEntry] => [prefix + name, entry]);
  return { metadata: first.metadata, tensors: new Map([...prefixed('m.', first), ...prefixed('v.', second)]) };
}

function allFinite(data: TensorEntry['data']): boolean {
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) return true;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
