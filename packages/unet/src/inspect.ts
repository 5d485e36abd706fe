import type { OpenTensors, TensorEntry, TensorFile, TensorInfo, TensorList } from '@denoiser/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Architecture, ImageFacts } from './architecture';
import { checkFile } from './check-file';
import type { ParameterSpec } from './layer';
import { checkPrecision, parameterIn, type WeightsOptions } from './precision';

/** A network as a file of weights describes it, without its numbers. */
export interface InspectedNetwork<Config = unknown, Name extends string = string> {
  readonly architecture: { readonly name: Name; readonly config: Config };
  readonly imageFacts: ImageFacts;
  /** Its tensors, under the names and in the shapes that its own files have. */
  readonly tensors: ReadonlyMap<string, TensorInfo>;
  /** Returns what reads these tensors from the file, whatever they are called there. */
  reader(file: Omit<OpenTensors, 'close'>): (name: string) => Promise<TensorEntry>;
}

/** Returns a list of tensors as a file, without numbers: for whatever looks at names, types and shapes alone. */
export const withoutNumbers = ({ metadata, tensors }: TensorList): TensorFile => ({
  metadata,
  tensors: new Map(
    Array.from(tensors, ([name, { dtype, shape }]) => [
      name,
      { dtype, shape, data: new Float32Array(0) } as unknown as TensorEntry,
    ]),
  ),
});

/**
 * Inspects a file, whose tensors may have no numbers.
 *
 * @throws DenoiserError that names what does not fit the network.
 */
export function inspect<Config, Name extends string>(
  file: TensorFile,
  architecture: Architecture<Config, Name>,
): InspectedNetwork<Config, Name> {
  const { name, config, facts, network, translate } = architecture;
  const translated = translate(file);
  checkFile(translated, architecture);
  const nameOf = new Map(Array.from(file.tensors, ([known, { data }]) => [data as unknown, known]));
  const tensors = new Map<string, TensorInfo>();
  /** What a tensor is called in the file; absent for one that has to be made of another there, as of packed attention. */
  const sources = new Map<string, string>();
  for (const key of network.parameters.keys()) {
    const { dtype, shape, data } = translated.file.tensors.get(key) as TensorEntry;
    tensors.set(key, { dtype, shape });
    const source = nameOf.get(data);
    if (source !== undefined) sources.set(key, source);
  }
  return {
    architecture: { name, config },
    imageFacts: facts,
    tensors,
    reader(weights) {
      let whole: Promise<TensorFile> | undefined;
      return async (key) => {
        const source = sources.get(key);
        if (source !== undefined) return { ...(await weights.read(source)), shape: tensors.get(key)?.shape ?? [] };
        whole ??= readAll(weights).then((all) => translate(all).file);
        return (await whole).tensors.get(key) as TensorEntry;
      };
    },
  };
}

async function readAll({ metadata, tensors, read }: Omit<OpenTensors, 'close'>): Promise<TensorFile> {
  const entries = new Map<string, TensorEntry>();
  for (const name of tensors.keys()) entries.set(name, await read(name));
  return { metadata, tensors: entries };
}

/**
 * Returns what reads a parameter from a file whose tensors are read one by one, in the layout of memory.
 *
 * @throws DenoiserError as `inspect`; what it returns, what reading throws.
 */
export function parameterReader(
  weights: Omit<OpenTensors, 'close'>,
  architecture: Architecture<unknown, string>,
  options: WeightsOptions = {},
): (name: string) => Promise<Tensor> {
  const precision = checkPrecision(options);
  const read = inspect(withoutNumbers(weights), architecture).reader(weights);
  const { parameters } = architecture.network;
  return async (name) => parameterIn(precision, name, await read(name), parameters.get(name) as ParameterSpec);
}
