import type { OpenTensors, TensorFile, TensorList } from '@denoiser/safetensors';
import type { TrainableModel } from '@denoiser/trainer';
import { createUNet, type InspectedNetwork, inspectUNet, loadUNet } from '@denoiser/unet';
import { PipelineError } from './errors';

/** A network that images are drawn with: what the trainer trains, and a way to free it. */
export interface Network extends TrainableModel {
  /** Throws unless every label is a class of this network or −1. */
  checkLabels?(labels: ArrayLike<number>): void;
  dispose(): void;
}

/** A kind of network, as its files name it. */
export interface NetworkKind {
  /** The `denoiser.architecture` of its files. */
  readonly architecture: string;
  /** Creates one with fresh weights, from the `config` of a checkpoint's architecture. */
  create(config: never): Network;
  /** Loads one from a file's tensors, whose sizes say how it is built. */
  load(file: TensorFile): Network;
  /** Says what network a file holds, by the names and shapes of its tensors alone: `openModelFile` needs it. */
  inspect?(list: TensorList): InspectedNetwork;
}

/** Networks by the name that their files have. The first one is tried on files that name none. */
export const networks: readonly NetworkKind[] = [
  {
    architecture: 'ddpm-unet',
    create: createUNet as NetworkKind['create'],
    load: loadUNet,
    inspect: inspectUNet,
  },
];

/** Returns how many numbers a network has. */
export function countParameters({ parameters }: Pick<TrainableModel, 'parameters'>): number {
  let count = 0;
  for (const { size } of parameters.values()) count += size;
  return count;
}

/** The metadata's key of the name. */
const KEY = 'denoiser.architecture';

/**
 * Returns the kind of the network in a file.
 *
 * @throws DenoiserError for an architecture that is none of `kinds`.
 */
export function kindOf({ metadata }: Pick<OpenTensors, 'metadata'>, kinds: readonly NetworkKind[]): NetworkKind {
  const name = metadata[KEY];
  const kind = name === undefined ? kinds[0] : kinds.find(({ architecture }) => architecture === name);
  if (kind) return kind;
  throw new PipelineError(
    'architecture-unknown',
    `The file holds a network of the architecture ${JSON.stringify(name)}, and only ${kinds.map(({ architecture }) => architecture).join(', ')} can be loaded; give its loader in \`networks\`.`,
  );
}
