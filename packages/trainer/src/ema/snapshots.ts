import { readSafetensors, type TensorEntry, type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import { finiteNumber, listOf } from '../checking';
import { TrainerError } from '../errors';
import type { CheckpointStore } from '../types';
import { averagePrefix } from './post-hoc';
import { fitProfile, gammaOf } from './power-function';

const FILE = 'power-ema.safetensors';
const WIDTHS = 'sigma_rel';

/** Stores the power-function averages of a step: one file, which a later `reconstructEma` reads. */
export async function writeSnapshot(
  store: CheckpointStore,
  step: number,
  file: TensorFile,
  sigmaRel: readonly number[],
) {
  const metadata = { ...file.metadata, [WIDTHS]: JSON.stringify(sigmaRel) };
  await store.write(step, new Map([[FILE, writeSafetensors({ ...file, metadata })]]));
}

/**
 * The average of any length out of the snapshots of a run (Karras et al. 2024, arXiv:2312.02696, section 3.2), in the
 * layout of the model's files: an `ema.safetensors` as if it had been tracked from the beginning.
 *
 * @param options sigmaRel: the relative width, above 0 to 0.28; best between those that were tracked, or near them. step:
 *   when the average ends, by default at the last snapshot; later snapshots are not used
 * @returns tensors in float32, summed in float64
 * Errors: `option-invalid`, `snapshots-missing`, `snapshots-damaged`.
 */
export async function reconstructEma(
  store: CheckpointStore,
  options: { sigmaRel: number; step?: number },
): Promise<TensorFile> {
  const { sigmaRel } = options;
  if (!(sigmaRel > 0 && sigmaRel <= 0.28)) {
    throw new TrainerError('option-invalid', `sigmaRel is ${sigmaRel}; give a number above 0 to 0.28.`);
  }
  const all = await store.list();
  const { step = all.at(-1) } = options;
  const steps = all.filter((at) => at <= (step ?? 0));
  if (step === undefined || steps.length === 0) {
    throw new TrainerError(
      'snapshots-missing',
      `There is no snapshot ${step === undefined ? 'to read' : `up to step ${step}`}; train with the option postHocEma and snapshots.`,
    );
  }
  // Every snapshot is read twice: first what it holds, then, one at a time, the numbers.
  const parts: { at: number; sigma: number; gamma: number; t: number }[] = [];
  for (const at of steps) {
    for (const sigma of (await readSnapshot(store, at)).sigmaRel)
      parts.push({ at, sigma, gamma: gammaOf(sigma), t: at });
  }
  const coefficients = fitProfile(parts, { gamma: gammaOf(sigmaRel), t: step });
  const sums = new Map<string, { entry: TensorEntry; values: Float64Array }>();
  let metadata: Record<string, string> = {};
  for (const at of steps) {
    const { file } = await readSnapshot(store, at);
    const { [WIDTHS]: _, ...rest } = file.metadata;
    metadata = rest;
    for (const [i, part] of parts.entries()) {
      if (part.at === at) addScaled(sums, file, averagePrefix(part.sigma), coefficients[i]);
    }
  }
  const tensors = [...sums].map(([name, { entry, values }]): [string, TensorEntry] => [
    name,
    { dtype: 'F32', shape: entry.shape, data: Float32Array.from(values) },
  ]);
  return { metadata, tensors: new Map(tensors) };
}

function addScaled(
  sums: Map<string, { entry: TensorEntry; values: Float64Array }>,
  { tensors }: TensorFile,
  prefix: string,
  coefficient: number,
): void {
  for (const [name, entry] of tensors) {
    if (!name.startsWith(prefix)) continue;
    const bare = name.slice(prefix.length);
    const sum = sums.get(bare) ?? { entry, values: new Float64Array(entry.data.length) };
    sums.set(bare, sum);
    const data = entry.data as Float32Array;
    for (let i = 0; i < data.length; i++) sum.values[i] += coefficient * data[i];
  }
}

async function readSnapshot(store: CheckpointStore, step: number): Promise<{ file: TensorFile; sigmaRel: number[] }> {
  try {
    const file = readSafetensors(await store.read(step, FILE));
    const widths = listOf(finiteNumber, { least: 1, most: 100 });
    const sigmaRel = widths(JSON.parse(file.metadata[WIDTHS]), WIDTHS, (path, needed) => {
      throw new Error(`its metadata has no valid "${path}", it needs ${needed}`);
    });
    return { file, sigmaRel };
  } catch (error) {
    throw new TrainerError(
      'snapshots-damaged',
      `${FILE} of snapshot ${step} cannot be read (${error instanceof Error ? error.message.replace(/\.$/, '') : error}); delete that snapshot.`,
    );
  }
}
