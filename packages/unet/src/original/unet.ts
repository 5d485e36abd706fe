import { type OpenTensors, readSafetensors, type TensorFile, type TensorList } from '@denoiser/safetensors';
import type { Architecture } from '../architecture';
import { NetworkError } from '../errors';
import { type InspectedNetwork, inspect, withoutNumbers } from '../inspect';
import { bareNames } from '../layouts';
import { checkArchitecture, configOf } from '../metadata';
import { openWith } from '../open';
import type { WeightsOptions } from '../precision';
import { freshWeights, type UNet, unetWith, weightsOf } from '../unet';
import { completeConfig, type UNetConfig } from './config';
import { CLASS_TABLE, describeConfig, inferConfig } from './infer-config';
import { network } from './network';

const NAME = 'ddpm-unet';
/** A parameter that every such network has. */
const LANDMARK = 'inc.double_conv.0.weight';

/** The U-Net of the original program with its weights. */
export type OriginalUNet = UNet<UNetConfig, typeof NAME>;

/**
 * Creates the U-Net of the original program with fresh weights: PyTorch's initial distributions, numbers from Philox.
 *
 * @param options channels: of the images, default 3; baseWidth: default 64; timeDim: default 256; classes: how many, none
 *   by default; imageSize: what images it is for, kept in the config only; learnedVariance: whether it gives twice the
 *   channels (Nichol & Dhariwal 2021, arXiv:2102.09672), default false; seed: of the weights, default 0.
 * @throws DenoiserError for sizes that no such network has.
 */
export function createUNet(options: Partial<UNetConfig> & { seed?: number } = {}): OriginalUNet {
  const { seed = 0, ...config } = options;
  return unetWith(architectureOf(completeConfig(config)), freshWeights(seed));
}

/**
 * Loads the U-Net of a safetensors file, from its bytes or from what was read of them: one that `exportParameters` made, or
 * a state_dict of the original program that a PyTorch user saved, also from within DataParallel, `torch.compile` or an
 * average. Its sizes are found by the shapes.
 *
 * @throws DenoiserError if the file holds something else; SafetensorsError if it is damaged.
 */
export function loadUNet(source: Uint8Array | TensorFile, options?: WeightsOptions): OriginalUNet {
  const file = source instanceof Uint8Array ? readSafetensors(source) : source;
  const architecture = architectureIn(file);
  return unetWith(architecture, weightsOf(file, architecture, options));
}

/**
 * Loads the U-Net of a file whose tensors are read one by one: memory holds one of them beside the network. The file stays open.
 *
 * @throws DenoiserError as `loadUNet`.
 */
export const openUNet = async (weights: OpenTensors, options?: WeightsOptions): Promise<OriginalUNet> =>
  openWith(weights, architectureIn(withoutNumbers(weights)), options);

/**
 * Finds out which U-Net a file holds, by the names and shapes of its tensors alone.
 *
 * @throws DenoiserError as `loadUNet`.
 */
export function inspectUNet(list: TensorList): InspectedNetwork<UNetConfig, typeof NAME> {
  const file = withoutNumbers(list);
  return inspect(file, architectureIn(file));
}

function architectureIn(given: TensorFile): Architecture<UNetConfig, typeof NAME> {
  const file = bareNames(given, LANDMARK);
  checkArchitecture(file, NAME);
  const sizes = inferConfig(file);
  if (sizes) return architectureOf(completeConfig({ ...sizes, imageSize: imageSizeOf(file) }));
  throw new NetworkError(
    'architecture-mismatch',
    `The file holds no U-Net of the original program: inc.double_conv.0.weight or down1.emb_layer.1.weight is missing or of another rank; choose another file.`,
  );
}

function architectureOf(config: UNetConfig): Architecture<UNetConfig, typeof NAME> {
  const { channels, imageSize, classes, learnedVariance = false } = config;
  return {
    name: NAME,
    config,
    facts: {
      channels,
      ...(imageSize !== undefined && { imageSize }),
      ...(classes !== undefined && { classes }),
      learnedVariance,
    },
    network: network(config),
    description: describeConfig(config),
    halvings: 3,
    labels: classes === undefined ? { kind: 'none' } : { kind: 'classes', count: classes },
    classTable: CLASS_TABLE,
    smaller: 'choose a smaller `baseWidth` or `timeDim`, or fewer `classes`',
    translate: (file) => ({ file: bareNames(file, LANDMARK) }),
    recognize(file) {
      const found = inferConfig(file);
      return found && describeConfig(found);
    },
  };
}

/** Returns the image size in the file's config, if there is one. */
function imageSizeOf(file: TensorFile): UNetConfig['imageSize'] {
  return configOf(file, 'imageSize', ({ imageSize }: Partial<UNetConfig>) => {
    if (Array.isArray(imageSize) && imageSize.length !== 2) throw new Error('not two sides');
    return completeConfig({ ...(imageSize !== undefined && { imageSize }) }).imageSize;
  });
}
