import { type OpenTensors, readAllTensors, type TensorFile, type TensorList } from '@denoiser/safetensors';
import type { TrainableModel } from '@denoiser/trainer';
import {
  createUNet,
  createUNet2D,
  type InspectedNetwork,
  inspectUNet,
  inspectUNet2D,
  isUNet2DFile,
  loadUNet,
  loadUNet2D,
  openUNet,
  openUNet2D,
  type WeightsOptions,
} from '@denoiser/unet';
import { PipelineError } from './errors';

/** A network that images are drawn with: what the trainer trains, and a way to free it. */
export interface Network extends TrainableModel {
  /** What images it is for; where it is absent, the `config` of its architecture says it in these words. */
  readonly imageFacts?: ImageFacts;
  /** Throws unless every label is a class of this network or −1. */
  checkLabels?(labels: ArrayLike<number>): void;
  dispose(): void;
}

/** What networks for images say of themselves, as far as they do. */
export interface ImageFacts {
  readonly channels?: number;
  readonly classes?: number;
  readonly imageSize?: number | readonly [height: number, width: number];
  readonly learnedVariance?: boolean;
}

/** Returns what a network says of its images. */
export function imageFactsOf({ imageFacts, architecture }: Pick<Network, 'imageFacts' | 'architecture'>): ImageFacts {
  return imageFacts ?? (architecture.config as ImageFacts | null) ?? {};
}

/** A kind of network, as its files name it. */
export interface NetworkKind {
  /** The `denoiser.architecture` of its files. Absent: whatever they say. */
  readonly architecture?: string;
  /** Creates one with fresh weights, from the `config` of a checkpoint's architecture. */
  create(config: never): Network;
  /** Tells whether a file that names no architecture holds one, by the names of its tensors. */
  recognizes?(file: Pick<TensorList, 'tensors'>): boolean;
  /** Loads one from a file's tensors, whose sizes say how it is built. The options are those of `openModel`. */
  load(file: TensorFile, options?: WeightsOptions): Network;
  /** Loads one from tensors that are read one by one. Default: all are read, and `load` has them. */
  open?(weights: OpenTensors, options?: WeightsOptions): Promise<Network>;
  /** Says what network a file holds, by the names and shapes of its tensors alone: `withModelFile` needs it. */
  inspect?(list: TensorList): InspectedNetwork;
}

/** Networks by the name that their files have. The first one is tried on files that name none and that none recognizes. */
export const networks: readonly NetworkKind[] = [
  {
    architecture: 'ddpm-unet',
    create: createUNet as NetworkKind['create'],
    load: loadUNet,
    open: openUNet,
    inspect: inspectUNet,
  },
  {
    architecture: 'unet2d',
    create: createUNet2D as NetworkKind['create'],
    recognizes: isUNet2DFile,
    load: (file, options) => loadUNet2D(file, undefined, options),
    open: (weights, options) => openUNet2D(weights, undefined, options),
    inspect: (list) => inspectUNet2D(list),
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
export function kindOf(file: TensorList, kinds: readonly NetworkKind[]): NetworkKind {
  const name = file.metadata[KEY];
  const kind =
    name === undefined
      ? (kinds.find((one) => one.recognizes?.(file)) ?? kinds[0])
      : kinds.find(({ architecture = name }) => architecture === name);
  if (kind) return kind;
  throw new PipelineError(
    'architecture-unknown',
    `The file holds a network of the architecture ${JSON.stringify(name)}, and only ${kinds.map(({ architecture }) => architecture).join(', ')} can be loaded; give its loader in \`networks\`.`,
  );
}

/** Makes the network of a file. */
export const openNetwork = async (
  kind: NetworkKind,
  weights: OpenTensors,
  options: WeightsOptions,
): Promise<Network> => (kind.open ? kind.open(weights, options) : kind.load(await readAllTensors(weights), options));
