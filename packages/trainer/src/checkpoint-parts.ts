import { readAllTensors, type TensorEntry, type TensorFile } from '@denoiser/safetensors';
import type { Variable } from '@tensorflow/tfjs-core';
import { diverged } from './divergence';
import { averagePrefix, type PowerEma } from './ema/post-hoc';
import { assignAll, type OpenParameters, openParameters, type Weights } from './parameters-in-files';
import type { TimestepMemory } from './timesteps/sampler';
import { damaged, type TensorFileName } from './training-state';
import type { TrainableModel } from './types';

/** A part of a run in a file that fits it. */
export type LoadedPart = { commit(): Promise<void>; dispose(): void };

/** A part of a run that a checkpoint holds in its own file. */
export type Part = {
  readonly file: TensorFileName;
  /** What happens if a checkpoint lacks the file, in words. Undefined: such a checkpoint is damaged. */
  readonly otherwise?: string;
  /**
   * Encodes the part.
   *
   * @param lastGood the step of the checkpoint before
   * @throws DenoiserError `training-diverged` if a value is not finite.
   */
  save(step: number, lastGood: number | undefined): Promise<TensorFile>;
  /**
   * Checks that a file is that of the part. Nothing changes until `commit` restores it from there, tensor by tensor; `dispose` frees
   * what is left.
   */
  load(step: number, file: Weights): Promise<LoadedPart>;
};

/** Variables with the parameters' names and shapes. Groups that share a file have prefixes. */
type Group = { readonly what: string; readonly prefix?: string; readonly variables: ReadonlyMap<string, Variable> };

/** Returns the part of variables that have the parameters' names, in the layout of the model's files. */
export function variablesPart(
  model: TrainableModel,
  file: TensorFileName,
  groups: readonly Group[],
  otherwise?: string,
): Part {
  return {
    file,
    ...(otherwise !== undefined && { otherwise }),
    async save(step, lastGood) {
      const joined: TensorFile = { metadata: {}, tensors: new Map() };
      for (const { what, prefix = '', variables } of groups) {
        const { metadata, tensors } = await model.exportParameters(variables);
        Object.assign(joined.metadata, metadata);
        for (const [name, entry] of tensors) {
          if (!allFinite(entry.data)) {
            throw diverged(`${what} of ${name} has a value that is not finite`, step, lastGood);
          }
          joined.tensors.set(prefix + name, entry);
        }
      }
      return joined;
    },
    async load(step, weights) {
      const known = (name: string) => groups.some(({ prefix = '' }) => name.startsWith(prefix));
      const unknown = [...weights.tensors.keys()].find((name) => !known(name));
      if (unknown) throw damaged(step, file, `has the unknown tensor ${unknown}`);
      const opened: [OpenParameters, ReadonlyMap<string, Variable>][] = [];
      const free = () => {
        for (const [parameters] of opened) parameters.dispose();
      };
      try {
        for (const { prefix = '', variables } of groups) {
          opened.push([await openParameters(model, withoutPrefix(weights, prefix)), variables]);
        }
      } catch (error) {
        free();
        throw error;
      }
      return {
        async commit() {
          for (const [parameters, variables] of opened) await assignAll(parameters, variables);
        },
        dispose: free,
      };
    },
  };
}

/** Returns those of the weights whose names begin so, without that beginning. */
function withoutPrefix({ metadata, tensors, read }: Weights, prefix: string): Weights {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  const bare = new Map(own.map(([name, info]) => [name.slice(prefix.length), info]));
  return { metadata, tensors: bare, read: (name) => read(prefix + name) };
}

/** Returns the part of the power-function averages. */
export function powerEmaPart(model: TrainableModel, { averages }: PowerEma): Part {
  const groups = averages.map(({ sigmaRel, parameters }) => ({
    what: 'The average',
    prefix: averagePrefix(sigmaRel),
    variables: parameters,
  }));
  return variablesPart(model, 'power-ema.safetensors', groups, 'the averages of several lengths begin anew');
}

/** Returns the part of what the sampler of timesteps has learned. */
export function timestepsPart(memory: TimestepMemory): Part {
  return {
    file: 'timesteps.safetensors',
    otherwise: 'the losses by timestep are collected anew',
    save: async () => memory.save(),
    async load(_, weights) {
      const commit = memory.load(await readAllTensors({ ...weights, close: async () => {} }));
      return { commit: async () => commit(), dispose() {} };
    },
  };
}

function allFinite(data: TensorEntry['data']): boolean {
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) return true;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
