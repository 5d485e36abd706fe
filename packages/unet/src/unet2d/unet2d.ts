import { readSafetensors, type TensorFile } from '@denoiser/safetensors';
import type { Architecture, Labels } from '../architecture';
import { NetworkError } from '../errors';
import { bareNames, presentNames } from '../layouts';
import { checkArchitecture, configOf } from '../metadata';
import { freshWeights, type UNet, unetWith, weightsOf } from '../unet';
import { completeUNet2DConfig, type UNet2DConfig } from './config';
import { network } from './network';
import { planUNet2D } from './plan';

/** The `denoiser.architecture` of its files. */
const NAME = 'unet2d';
/** A parameter that every such network has. */
const LANDMARK = 'conv_in.weight';

/** diffusers' UNet2DModel with its weights. */
export type UNet2D = UNet<UNet2DConfig, typeof NAME>;

/**
 * Creates diffusers' UNet2DModel with fresh weights: PyTorch's initial distributions, numbers from Philox.
 *
 * @param config what diffusers' `unet/config.json` holds, or a part of it; the rest has diffusers' defaults
 * @param options seed: of the weights, default 0
 * @throws DenoiserError for a configuration that no such network has, or that is not had here.
 */
export function createUNet2D(
  config: Partial<UNet2DConfig> & Readonly<Record<string, unknown>>,
  { seed = 0 }: { seed?: number } = {},
): UNet2D {
  return unetWith(architectureOf(completeUNet2DConfig(config)), freshWeights(seed));
}

/**
 * Loads diffusers' UNet2DModel from a safetensors file, from its bytes or from what was read of them: one that
 * `exportParameters` made, or diffusers' `diffusion_pytorch_model`, also with the names that diffusers had in earlier years.
 *
 * @param config diffusers' `unet/config.json`, without which the file's own metadata must say it
 * @throws DenoiserError if there is no configuration or the file does not fit it; SafetensorsError if it is damaged.
 */
export function loadUNet2D(source: Uint8Array | TensorFile, config?: Readonly<Record<string, unknown>>): UNet2D {
  const file = source instanceof Uint8Array ? readSafetensors(source) : source;
  checkArchitecture(file, NAME);
  const complete = config ? completeUNet2DConfig(config) : configOf(file, 'configuration', completeUNet2DConfig);
  if (!complete) {
    throw new NetworkError(
      'architecture-mismatch',
      'The file does not say which UNet2DModel it holds; give the config.json that lies beside it as well.',
    );
  }
  const architecture = architectureOf(complete);
  return unetWith(architecture, weightsOf(file, architecture));
}

function architectureOf(config: UNet2DConfig): Architecture<UNet2DConfig, typeof NAME> {
  const { in_channels, out_channels, sample_size, block_out_channels, dropout } = config;
  const plan = planUNet2D(config);
  const labels = labelsOf(config, plan.timeDim);
  const description = describeConfig(config);
  return {
    name: NAME,
    config,
    facts: {
      channels: in_channels,
      ...(sample_size !== null && { imageSize: sample_size }),
      ...(labels.kind === 'classes' && { classes: labels.count }),
      learnedVariance: out_channels === 2 * in_channels,
    },
    network: network(config, plan),
    description,
    halvings: block_out_channels.length - 1,
    labels,
    smaller: 'choose smaller `block_out_channels`',
    dropout,
    translate: (file) => presentNames(bareNames(file, LANDMARK)),
    recognize: (file) => (bareNames(file, LANDMARK).tensors.has(LANDMARK) ? description : undefined),
  };
}

function labelsOf({ class_embed_type, num_class_embeds }: UNet2DConfig, width: number): Labels {
  if (class_embed_type === 'identity') return { kind: 'embeddings', width };
  if (class_embed_type === 'timestep') return { kind: 'numbers' };
  return num_class_embeds === null ? { kind: 'none' } : { kind: 'classes', count: num_class_embeds };
}

/** Returns the sizes of a network in words. */
function describeConfig({ block_out_channels, layers_per_block, in_channels, out_channels }: UNet2DConfig): string {
  return `UNet2DModel with blocks of ${block_out_channels.join(', ')} channels and ${layers_per_block} layers, ${in_channels} channels in and ${out_channels} out`;
}
