import type { DenoiserError } from '@denoiser/errors';
import { type TensorEntry, type TensorFile, toFloat32Array } from '@denoiser/safetensors';
import { dispose, type Tensor } from '@tensorflow/tfjs-core';
import { readCheckpoint } from './checkpoint';
import { TrainerError } from './errors';
import type { Run } from './run';
import type { CheckpointStore } from './types';

export type StartOptions = {
  /** Which checkpoint of the other run; by default the newest one that is whole. */
  step?: number;
  /** The averaged weights (default) or the live ones. */
  weights?: 'ema' | 'model';
  /** The classes of this run, in the order of their labels: rows of the class table go with their names. */
  classNames?: readonly string[];
  /** The name of the class table; default `label_emb.weight`. */
  classParameter?: string;
};

export type StartedFrom = {
  /** The step of the other run. */
  step: number;
  /** Classes whose row of the table came along, and those that begin fresh; numbers where there are no names. */
  keptClasses: string[];
  freshClasses: string[];
};

/**
 * Puts another run's weights into the model and its average, before the first step: fine-tuning. Step, moments and place
 * in the data begin anew. The classes may be others.
 *
 * Errors: those of `readCheckpoint`; `weights-mismatch` naming the first tensor that does not fit; `option-invalid` once
 * training has begun.
 */
export async function startFrom(run: Run, store: CheckpointStore, options: StartOptions = {}): Promise<StartedFrom> {
  const { model, ema, powerEma, progress, onWarning } = run;
  const { step, weights = 'ema', classNames, classParameter = 'label_emb.weight' } = options;
  if (progress.step > 0) {
    throw new TrainerError(
      'option-invalid',
      `This run has done ${progress.step} steps already; start from other weights before the first.`,
    );
  }
  const name = weights === 'ema' ? 'ema.safetensors' : 'model.safetensors';
  const { state, tensors } = await readCheckpoint(store, {
    ...(step !== undefined && { step }),
    files: [name],
    onWarning,
  });
  if (state.prediction !== run.options.prediction) {
    onWarning(
      `The network was trained to give ${state.prediction}, and goes on with ${run.options.prediction}; it has to learn that anew.`,
    );
  }
  const { file, ...classes } = adaptWeights(tensors[name], await model.exportParameters(model.parameters), {
    classParameter,
    from: state.dataset.classNames,
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
  return { step: state.step, ...classes };
}

/**
 * `theirs` with the names and shapes of `ours`. The class table, the one tensor that may differ, gets the rows of classes
 * that have the same name on both sides; without names, all rows if there are as many on both sides; the others stay as
 * in `ours`.
 *
 * Errors: `weights-mismatch`.
 */
export function adaptWeights(
  theirs: TensorFile,
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
