import type { TensorFile } from '@denoiser/safetensors';
import { encodeCheckpoint } from './checkpoint';
import { writeSnapshot } from './ema/snapshots';
import { trainingMetadata } from './file-training';
import type { Run } from './run';
import type { TensorFileName } from './training-state';
import type { CheckpointStore, ImageDataset } from './types';

/**
 * Writes a checkpoint of where the run stands.
 *
 * @throws DenoiserError `training-diverged` if a value is not finite; then nothing is written. Also what the store throws.
 */
export async function saveCheckpoint(
  run: Run,
  o: { store: CheckpointStore; dataset: ImageDataset; notes?: unknown },
): Promise<void> {
  const { model, options, progress } = run;
  const { step, epochsDone, position } = progress;
  const { length, imageShape, classNames } = o.dataset;
  const state = {
    step,
    epochsDone,
    position,
    architecture: model.architecture,
    prediction: options.prediction,
    options,
    ...(progress.best && { best: progress.best }),
    ...(progress.seconds !== undefined && { seconds: progress.seconds }),
    dataset: { length, imageShape, ...(classNames && { classNames }) },
    ...(o.notes !== undefined && { notes: o.notes }),
  };
  const files = await encodeCheckpoint(state, filesOf(run, trainingMetadata(state)));
  await o.store.write(step, files);
}

/** Files of weights to sample from. They say how they were trained, since people copy them out of their folders. */
const NETWORKS: readonly TensorFileName[] = ['model.safetensors', 'ema.safetensors'];

async function* filesOf(
  { parts, progress }: Run,
  training: Record<string, string>,
): AsyncGenerator<[TensorFileName, TensorFile]> {
  for (const part of parts) {
    const file = await part.save(progress.step, progress.checkpoint);
    if (NETWORKS.includes(part.file)) Object.assign(file.metadata, training);
    yield [part.file, file];
  }
}

/**
 * Writes a snapshot of the power-function averages.
 *
 * @throws DenoiserError as `saveCheckpoint`.
 */
export async function saveSnapshot({ parts, options, progress }: Run, store: CheckpointStore): Promise<void> {
  const part = parts.find(({ file }) => file === 'power-ema.safetensors');
  if (!part || !options.postHocEma || progress.step === 0) return;
  const file = await part.save(progress.step, progress.checkpoint);
  await writeSnapshot(store, progress.step, file, options.postHocEma.sigmaRel);
}
