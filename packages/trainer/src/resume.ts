import { isObject } from '@denoiser/errors';
import { withCheckpoint } from './checkpoint';
import type { LoadedPart } from './checkpoint-parts';
import { TrainerError } from './errors';
import type { Run } from './run';
import type { TrainingState } from './training-state';
import type { CheckpointStore, TrainableModel } from './types';

/** Which checkpoint to resume from. */
export type ResumeOptions = {
  /** Which checkpoint. Default: the newest that is whole. */
  step?: number;
};

/** Where training goes on. A log that goes further has to be cut after `step`. */
export type ResumedFrom = { step: number; epochsDone: number; position: number; state: TrainingState };

/**
 * Restores a run from a checkpoint, tensor by tensor: memory holds one of them beside the run. All files are checked before anything
 * changes. Where one can't be read any more after that, and there is no checkpoint before it, the run is torn, and trains no more.
 */
export async function resume(run: Run, store: CheckpointStore, options: ResumeOptions = {}): Promise<ResumedFrom> {
  const { model, optimizer, ema, powerEma, parts, progress, onWarning } = run;
  const needed = parts.filter(({ otherwise }) => otherwise === undefined);
  const others = parts.filter(({ otherwise }) => otherwise !== undefined);
  const files = (list: typeof parts) => list.map(({ file }) => file);
  const wanted = { ...options, files: files(needed), optionalFiles: files(others), onWarning };
  const state = await withCheckpoint(store, wanted, async ({ state, weights }) => {
    checkArchitecture(state, model);
    const loaded: LoadedPart[] = [];
    try {
      for (const part of parts) {
        const file = weights[part.file];
        if (file) loaded.push(await part.load(state.step, file));
      }
      for (const { commit } of loaded) {
        run.isTorn = true;
        await commit();
      }
    } finally {
      for (const { dispose } of loaded) dispose();
    }
    return state;
  });
  run.isTorn = false;
  for (const { file, otherwise } of others) {
    if (!(file in state.files)) onWarning(`Checkpoint ${state.step} has no ${file}, so ${otherwise}.`);
  }

  const { step, epochsDone, position } = state;
  optimizer.step = step;
  ema.step = step;
  if (powerEma) powerEma.step = step;
  const order = { seed: state.options.seed, length: state.dataset.length };
  const { best, seconds } = state;
  Object.assign(progress, { step, epochsDone, position, order, checkpoint: step, best, seconds });
  warnOfChanges(state, run);
  return { step, epochsDone, position, state };
}

function checkArchitecture({ step, architecture }: TrainingState, model: TrainableModel): void {
  const differences = differingPaths(architecture, JSON.parse(JSON.stringify(model.architecture)));
  if (differences.length === 0) return;
  const details = differences.map(([path, theirs, ours]) => `${path} ${theirs} there and ${ours} here`).join(', ');
  throw new TrainerError(
    'checkpoint-architecture',
    `state.json of checkpoint ${step} is of another architecture (${details}); make the model as the checkpoint says, or train in a new place.`,
  );
}

/** Warns of options that have changed: the result is not that of an uninterrupted run. */
function warnOfChanges({ step, options }: TrainingState, run: Run): void {
  for (const [path, before, after] of differingPaths(options, run.options)) {
    run.onWarning(
      `Since checkpoint ${step}, ${path} has changed from ${before} to ${after}; training goes on with ${after}.`,
    );
  }
}

/** Lists where two JSON values differ: path, first value, second value. */
function differingPaths(a: unknown, b: unknown, path = ''): [path: string, a: string, b: string][] {
  if (isObject(a) && isObject(b)) {
    const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
    return [...keys].flatMap((key) => differingPaths(a[key], b[key], path ? `${path}.${key}` : key));
  }
  const [textA, textB] = [JSON.stringify(a) ?? 'nothing', JSON.stringify(b) ?? 'nothing'];
  return textA === textB ? [] : [[path, shortened(textA), shortened(textB)]];
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
