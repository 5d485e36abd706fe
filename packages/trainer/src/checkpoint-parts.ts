import type { TensorEntry, TensorFile } from '@denoiser/safetensors';
import { dispose, type Tensor, type Variable } from '@tensorflow/tfjs-core';
import { diverged } from './divergence';
import { averagePrefix, type PowerEma } from './ema/post-hoc';
import type { TimestepMemory } from './timesteps/sampler';
import { damaged, type TensorFileName } from './training-state';
import type { TrainableModel } from './types';

/** Something of a run that a checkpoint holds in a file of its own. */
export type Part = {
  readonly file: TensorFileName;
  /** What happens if a checkpoint lacks the file, in words; without it, the checkpoint is damaged. */
  readonly otherwise?: string;
  /** Errors: `diverged` if there is a value that isn't finite; `lastGood` is the step of the checkpoint before. */
  save(step: number, lastGood: number | undefined): Promise<TensorFile>;
  /** Reads the file; nothing changes until `commit`. `dispose` frees what was read. */
  load(step: number, file: TensorFile): { commit(): void; dispose(): void };
};

/** Variables of the parameters' names and shapes; several groups in one file have prefixes. */
type Group = { readonly what: string; readonly prefix?: string; readonly variables: ReadonlyMap<string, Variable> };

/** Variables by the parameters' names, in the layout of the model's files. */
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
    load(step, { metadata, tensors }) {
      const loaded: [ReadonlyMap<string, Variable>, Map<string, Tensor>][] = [];
      const free = () => dispose(loaded.flatMap(([, values]) => [...values.values()]));
      const known = (name: string) => groups.some(({ prefix = '' }) => name.startsWith(prefix));
      const unknown = [...tensors.keys()].find((name) => !known(name));
      if (unknown) throw damaged(step, file, `has the unknown tensor ${unknown}`);
      try {
        for (const { prefix = '', variables } of groups) {
          const own = [...tensors].filter(([name]) => name.startsWith(prefix));
          const bare = new Map(own.map(([name, entry]): [string, TensorEntry] => [name.slice(prefix.length), entry]));
          loaded.push([variables, model.importParameters({ metadata, tensors: bare })]);
        }
      } catch (error) {
        free();
        throw error;
      }
      return {
        commit() {
          for (const [variables, values] of loaded) {
            for (const [name, variable] of variables) variable.assign(values.get(name) as Tensor);
          }
        },
        dispose: free,
      };
    },
  };
}

/** The averages of several lengths. */
export function powerEmaPart(model: TrainableModel, { averages }: PowerEma): Part {
  const groups = averages.map(({ sigmaRel, parameters }) => ({
    what: 'The average',
    prefix: averagePrefix(sigmaRel),
    variables: parameters,
  }));
  return variablesPart(model, 'power-ema.safetensors', groups, 'the averages of several lengths begin anew');
}

/** What the sampler of timesteps has learned. */
export function timestepsPart(memory: TimestepMemory): Part {
  return {
    file: 'timesteps.safetensors',
    otherwise: 'the losses by timestep are collected anew',
    save: async () => memory.save(),
    load: (_, file) => ({ commit: memory.load(file), dispose() {} }),
  };
}

function allFinite(data: TensorEntry['data']): boolean {
  if (!(data instanceof Float32Array) && !(data instanceof Float64Array)) return true;
  for (let i = 0; i < data.length; i++) if (!Number.isFinite(data[i])) return false;
  return true;
}
