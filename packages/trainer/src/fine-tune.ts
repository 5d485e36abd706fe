import type { DenoiserError } from '@denoiser/errors';
import { type TensorEntry, type TensorFile, type TensorInfo, toFloat32Array } from '@denoiser/safetensors';
import { createProcess, type Prediction, type Process, type ProcessOptions } from '@denoiser/schedules';
import type { Tensor } from '@tensorflow/tfjs-core';
import { withCheckpoint } from './checkpoint';
import { TrainerError } from './errors';
import { assignAll, openParameters, type Weights, weightsInMemory } from './parameters-in-files';
import type { Run } from './run';
import type { CheckpointStore, TrainableModel } from './types';

/** Weights to begin with, and what is known of how they were trained. */
export type StartWeights = (
  | {
      /** Under the names, and in the layout, of the model's files. */
      tensors: TensorFile['tensors'];
    }
  | {
      /** The same read one by one, so that no second copy of them is in memory. */
      weights: Weights;
    }
) & {
  prediction?: Prediction | undefined;
  /** The noise that they were trained on. */
  process?: Process | ProcessOptions | undefined;
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
  const start = async ({ weights, prediction, process, classNames: from, step }: Start): Promise<StartedFrom> => {
    const [theirs, ours] = [process && timeOf(createProcess(process)), timeOf(run.process)];
    if (theirs !== undefined && theirs !== ours) {
      onWarning(`The network was trained on ${theirs}, and goes on with ${ours}; it has to learn that anew.`);
    }
    if (prediction !== undefined && prediction !== run.options.prediction) {
      onWarning(
        `The network was trained to give ${prediction}, and goes on with ${run.options.prediction}; it has to learn that anew.`,
      );
    }
    const { adapted, ...classes } = await adaptWeights(weights, model, { classParameter, from, to: classNames });
    const averages = (powerEma?.averages ?? []).map(({ parameters }) => parameters);
    const opened = await openParameters(model, adapted);
    try {
      await assignAll(opened, model.parameters, ema.parameters, ...averages);
    } finally {
      opened.dispose();
    }
    return { step: step ?? 0, ...classes };
  };
  if ('weights' in source) return start(source);
  if ('tensors' in source)
    return start({ ...source, weights: weightsInMemory({ metadata: {}, tensors: source.tensors }) });
  return fromCheckpoint(source, options, onWarning, start);
}

/** What a network is told of the noise, in words; α and σ may be others. */
function timeOf(process: Process): string {
  if (process.kind === 'flow') return 'a flow';
  return process.kind === 'sigma' ? `any σ (${process.preconditioning})` : 'timesteps';
}

type Start = Extract<StartWeights, { weights: Weights }>;

async function fromCheckpoint<T>(
  store: CheckpointStore,
  { step, weights: which = 'ema' }: StartOptions,
  onWarning: (message: string) => void,
  use: (start: Start) => Promise<T>,
): Promise<T> {
  const name = which === 'ema' ? 'ema.safetensors' : 'model.safetensors';
  const choice = { ...(step !== undefined && { step }), files: [name] as const, onWarning };
  return withCheckpoint(store, choice, async ({ state, weights }) => {
    const { prediction, dataset, options } = state;
    const { classNames } = dataset;
    const { process } = options;
    return use({ weights: weights[name] as Weights, prediction, process, classNames, step: state.step });
  });
}

/**
 * Returns `theirs` with the names and shapes of the model's files. The class table is the one tensor that may differ: it gets the rows
 * of classes with the same name on both sides, or without names all rows if both have as many; other rows stay as in the model.
 *
 * @throws DenoiserError `weights-mismatch`.
 */
async function adaptWeights(
  theirs: Weights,
  model: TrainableModel,
  o: { classParameter: string; from?: readonly string[] | undefined; to?: readonly string[] | undefined },
): Promise<{ adapted: Weights; keptClasses: string[]; freshClasses: string[] }> {
  const { classParameter } = o;
  const ours = await ownTensors(model);
  for (const name of theirs.tensors.keys()) {
    if (!model.parameters.has(name) && name !== classParameter) throw mismatch(`${name} is there and not here`);
  }
  const tensors = new Map<string, TensorInfo>();
  for (const name of model.parameters.keys()) {
    const [own, other] = [ours.shapeOf(name), theirs.tensors.get(name)];
    if (name !== classParameter) {
      if (!other) throw mismatch(`${name} is here and not there`);
      if (`${other.shape}` !== `${own}`) throw mismatch(`${name} is [${other.shape}] there and [${own}] here`);
    }
    tensors.set(name, { dtype: 'F32', ...other, shape: [...own] });
  }
  if (!model.parameters.has(classParameter)) {
    return { adapted: { ...theirs, metadata: ours.metadata, tensors }, keptClasses: [], freshClasses: [] };
  }
  const known = theirs.tensors.has(classParameter) ? await theirs.read(classParameter) : undefined;
  const own = await ours.entryOf(classParameter);
  const { entry, ...classes } = mapRows(classParameter, known, own, o.from, o.to);
  tensors.set(classParameter, { dtype: entry.dtype, shape: entry.shape });
  const read = async (name: string) => (name === classParameter ? entry : theirs.read(name));
  return { adapted: { metadata: ours.metadata, tensors, read }, ...classes };
}

/** A model's parameters as files have them: one by one where the model can, else all of them. */
async function ownTensors({ parameters, inFiles, exportParameters }: TrainableModel) {
  if (inFiles) {
    const entryOf = (name: string) => inFiles.entryOf(name, parameters.get(name) as Tensor);
    return { metadata: {}, shapeOf: inFiles.shapeOf, entryOf };
  }
  const { metadata, tensors } = await exportParameters(parameters);
  const of = (name: string) => tensors.get(name) as TensorEntry;
  return { metadata, shapeOf: (name: string) => of(name).shape, entryOf: async (name: string) => of(name) };
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
