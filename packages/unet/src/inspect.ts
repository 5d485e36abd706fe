import type { TensorEntry, TensorFile, TensorList } from '@denoiser/safetensors';
import { bareNames } from './bare-names';
import { checkFile } from './check-file';
import type { UNetConfig } from './config';
import { ARCHITECTURE } from './infer-config';
import { network } from './network';
import { configOf } from './unet';

/** A network as its file describes it, without its numbers. */
export interface InspectedNetwork<Config = unknown> {
  readonly architecture: { readonly name: string; readonly config: Config };
  /** The names that its parameters have in the file, by those that the network has for them. */
  readonly names: ReadonlyMap<string, string>;
}

/**
 * Finds out which U-Net of the original program a file holds, by the names and shapes of its tensors alone.
 *
 * @throws DenoiserError as `loadUNet`.
 */
export function inspectUNet(list: TensorList): InspectedNetwork<UNetConfig> {
  const given = new Map(Array.from(list.tensors, ([name, info]) => [withoutNumbers(info), name]));
  const file: TensorFile = {
    metadata: list.metadata,
    tensors: new Map(Array.from(given, ([entry, name]) => [name, entry])),
  };
  const bare = bareNames(file);
  const config = configOf(bare);
  checkFile(bare, network(config).parameters, config);
  const names = new Map(Array.from(bare.tensors, ([name, entry]) => [name, given.get(entry) as string]));
  return { architecture: { name: ARCHITECTURE, config }, names };
}

const withoutNumbers = ({ dtype, shape }: { dtype: TensorEntry['dtype']; shape: number[] }): TensorEntry =>
  ({ dtype, shape, data: new Float32Array(0) }) as TensorEntry;
