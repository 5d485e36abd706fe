import type { DenoiserError } from '@denoiser/errors';
import { type TensorEntry, type TensorFile, toFloat32Array } from '@denoiser/safetensors';
import type { Prediction } from '@denoiser/schedules';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { readCheckpoint } from './checkpoint';
import { TrainerError } from './errors';
import type { Run } from './run';
import type { CheckpointStore } from './types';

/** Weights to begin with, and what is known of how they were trained. */
export type StartWeights = {
  /** Under the names, and in the layout, of the model's files. */
  tensors: TensorFile['tensors'];
  prediction?: Prediction | undefined;
  /** Their classes in the order of their labels. */
  classNames?: readonly string[] | undefined;
  step?: number | undefined;
};

/** Which weights of another run to begin with. */
export type StartOptions = {
  /** Of a run: which checkpoint. Default: the newest that is whole. */
  step?: number;
  /** Of a run: 'ema' (default), the averaged weights, or 'model', the live ones. */
  weights?: 'ema' | 'model';
  /** This run's classes in the order of their labels. Rows of the class table go with their names. */
  classNames?: readonly string[];
  /** Name of the class table. Default: what the model says, or label_emb.weight. */
  classParameter?: string;
};

/** What a run began with. */
export type StartedFrom = {
  /** The step that the weights are of; 0 where that is not known. */
  step: number;
  /** Classes whose row came from the other run, and classes that begin fresh. Without names: their numbers. */
  keptClasses: string[];
  freshClasses: string[];
};

/**
 * Copies other weights into the model and its averages before the first step, to fine-tune them: those of another run, or of a
 * file. Step, moments and place in the data begin anew. The classes may differ.
 *
 * @throws DenoiserError as `readCheckpoint`; `weights-mismatch` that names the first tensor that does not fit; `option-invalid`
 * once training has begun.
 */
export async function startFrom(
  run: Run,
  source: CheckpointStore | StartWeights,
  options: StartOptions = {},
): Promise<StartedFrom> {
  const { model, ema, powerEma, progress, onWarning } = run;
  const { classNames, classParameter = model.classTable ?? 'label_emb.weight' } = options;
  if (progress.step > 0) {
    throw new TrainerError(
      'option-invalid',
      `This run has done ${progress.step} steps already; start from other weights before the first.`,
    );
  }
  const theirs = 'tensors' in source ? source : await weightsOf(source, options, onWarning);
  if (theirs.prediction !== undefined && theirs.prediction !== run.options.prediction) {
    onWarning(
      `The network was trained to give ${theirs.prediction}, and goes on with ${run.options.prediction}; it has to learn that anew.`,
    );
  }
  const { file, ...classes } = adaptWeights(theirs, await model.exportParameters(model.parameters), {
    classParameter,
    from: theirs.classNames,
    to: classNames,
  });
  const values = model.importParameters(file);
  for (const variables of [
    model.parameters,
    ema.parameters,
    ...(powerEma?.averages ?? []).map(({ parameters }) => parameters),
  ]) {
    for (const [parameter, variable] of variables) variable.assign(values.get(parameter) as Tensor);
  }
  dispose([...values.values()]);
  return { step: theirs.step ?? 0, ...classes };
}

async function weightsOf(
  store: CheckpointStore,
  { step, weights = 'ema' }: StartOptions,
  onWarning: (message: string) => void,
): Promise<StartWeights> {
  const name = weights === 'ema' ? 'ema.safetensors' : 'model.safetensors';
  const { state, tensors } = await readCheckpoint(store, {
    ...(step !== undefined && { step }),
    files: [name],
    onWarning,
  });
  const { prediction, dataset } = state;
  return { tensors: tensors[name].tensors, prediction, classNames: dataset.classNames, step: state.step };
}

/**
 * Returns `theirs` with the names and shapes of `ours`. The class table is the one tensor that may differ: it gets the rows of
 * classes with the same name on both sides, or without names all rows if both have as many; other rows stay as in `ours`.
 *
 * @throws DenoiserError `weights-mismatch`.
 */
export function adaptWeights(
  theirs: Pick<TensorFile, 'tensors'>,
  ours: TensorFile,
  o: { classParameter: string; from?: readonly string[] | undefined; to?: readonly string[] | undefined },
): { file: TensorFile; keptClasses: string[]; freshClasses: string[] } {
  const { classParameter } = o;
  const tensors = new Map<string, TensorEntry>();
  let classes = { keptClasses: [] as string[], freshClasses: [] as string[] };
  for (const name of theirs.tensors.keys()) {
    if (!ours.tensors.has(name) && name !== classParameter) throw mismatch(`${name} is there and not here`);
  }
  for (const [name, own] of ours.tensors) {
    const other = theirs.tensors.get(name);
    if (name === classParameter) {
      const { entry, ...which } = mapRows(name, other, own, o.from, o.to);
      tensors.set(name, entry);
      classes = which;
    } else {
      if (!other) throw mismatch(`${name} is here and not there`);
      if (`${other.shape}` !== `${own.shape}`)
        throw mismatch(`${name} is [${other.shape}] there and [${own.shape}] here`);
      tensors.set(name, other);
    }
  }
  return { file: { metadata: ours.metadata, tensors }, ...classes };
}

function mapRows(
  table: string,
  theirs: TensorEntry | undefined,
  ours: TensorEntry,
  from: readonly string[] | undefined,
  to: readonly string[] | undefined,
): { entry: TensorEntry; keptClasses: string[]; freshClasses: string[] } {
  const [rows, width] = ours.shape;
  const data = toFloat32Array(ours).slice();
  if (theirs && theirs.shape[1] !== width) {
    throw mismatch(`${table} has rows of ${theirs.shape[1]} there and ${width} here`);
  }
  const values = theirs && toFloat32Array(theirs);
  const names = Array.from({ length: rows }, (_, row) => to?.[row] ?? String(row));
  const rowOf = (row: number): number => {
    if (from && to) return from.indexOf(names[row]);
    return theirs?.shape[0] === rows ? row : -1;
  };
  const keptClasses: string[] = [];
  const freshClasses: string[] = [];
  for (const [row, name] of names.entries()) {
    const source = values ? rowOf(row) : -1;
    const isKept = values !== undefined && source >= 0;
    if (isKept) data.set(values.subarray(source * width, (source + 1) * width), row * width);
    (isKept ? keptClasses : freshClasses).push(name);
  }
  return { entry: { dtype: 'F32', shape: ours.shape, data }, keptClasses, freshClasses };
}

function mismatch(what: string): DenoiserError {
  return new TrainerError(
    'weights-mismatch',
    `The weights do not fit this network: ${what}; make the network as the other run's was, but for its classes.`,
  );
}
