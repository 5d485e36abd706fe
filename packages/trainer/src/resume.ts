import { DenoiserError } from '@denoiser/ops';
import type { TensorFile } from '@denoiser/safetensors';
import { dispose, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { readCheckpoint } from './checkpoint';
import type { Run } from './trainer';
import { damaged, TENSOR_FILES, type TrainingState } from './training-state';
import type { CheckpointStore, TrainableModel } from './types';

export type ResumeOptions = {
  /** Which checkpoint; by default the newest one that is whole. */
  step?: number;
};

/** Where training goes on; a log of losses that goes further is to be cut after `step`. */
export type ResumedFrom = { step: number; epoch: number; position: number; state: TrainingState };

/** Restores a run from a checkpoint: all of it, or (on an error) nothing. */
export async function resume(run: Run, store: CheckpointStore, options: ResumeOptions = {}): Promise<ResumedFrom> {
  const { model, optimizer, ema, progress, onWarning } = run;
  const { state, tensors } = await readCheckpoint(store, { ...options, files: TENSOR_FILES, onWarning });
  checkArchitecture(state, model);

  const [first, second] = splitMoments(state.step, tensors['optimizer.safetensors']);
  const restored: [ReadonlyMap<string, Variable>, Map<string, Tensor>][] = [];
  try {
    restored.push([model.parameters, model.importParameters(tensors['model.safetensors'])]);
    restored.push([ema.parameters, model.importParameters(tensors['ema.safetensors'])]);
    restored.push([optimizer.firstMoments, model.importParameters(first)]);
    restored.push([optimizer.secondMoments, model.importParameters(second)]);
    for (const [variables, values] of restored) {
      for (const [name, variable] of variables) variable.assign(values.get(name) as Tensor);
    }
  } finally {
    for (const [, values] of restored) dispose([...values.values()]);
  }

  const { step, epoch, position } = state;
  optimizer.step = step;
  ema.step = step;
  const order = { seed: state.options.seed, length: state.dataset.length };
  Object.assign(progress, { step, epoch, position, order, checkpoint: step });
  warnOfChanges(state, run);
  return { step, epoch, position, state };
}

function checkArchitecture({ step, architecture }: TrainingState, model: TrainableModel): void {
  const differences = differingPaths(architecture, JSON.parse(JSON.stringify(model.architecture)));
  if (differences.length === 0) return;
  const details = differences.map(([path, theirs, ours]) => `${path} ${theirs} there and ${ours} here`).join(', ');
  throw new DenoiserError(
    'checkpoint-architecture',
    `state.json of checkpoint ${step} is of another architecture (${details}); make the model as the checkpoint says, or train in a new place.`,
  );
}

/** Options may change from run to run, but then the result is not that of an uninterrupted one. */
function warnOfChanges({ step, options }: TrainingState, run: Run): void {
  for (const [path, before, after] of differingPaths(options, run.options)) {
    run.onWarning(
      `Since checkpoint ${step}, ${path} has changed from ${before} to ${after}; training goes on with ${after}.`,
    );
  }
}

function splitMoments(step: number, file: TensorFile): [first: TensorFile, second: TensorFile] {
  const parts = { 'm.': new Map(), 'v.': new Map() };
  for (const [name, entry] of file.tensors) {
    const prefix = name.slice(0, 2);
    if (prefix !== 'm.' && prefix !== 'v.')
      throw damaged(step, 'optimizer.safetensors', `has the unknown tensor ${name}`);
    parts[prefix].set(name.slice(2), entry);
  }
  return [
    { metadata: file.metadata, tensors: parts['m.'] },
    { metadata: file.metadata, tensors: parts['v.'] },
  ];
}

/** Where two JSON values differ: path, first value, second value. */
function differingPaths(a: unknown, b: unknown, path = ''): [path: string, a: string, b: string][] {
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differingPaths(a[key], b[key], path ? `${path}.${key}` : key));
  }
  const [textA, textB] = [JSON.stringify(a) ?? 'nothing', JSON.stringify(b) ?? 'nothing'];
  return textA === textB ? [] : [[path, shortened(textA), shortened(textB)]];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
