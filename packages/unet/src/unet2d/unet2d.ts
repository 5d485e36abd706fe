import { type OpenTensors, readSafetensors, type TensorFile, type TensorList } from '@denoiser/safetensors';
import type { Architecture, Labels } from '../architecture';
import { NetworkError } from '../errors';
import { type InspectedNetwork, inspect, withoutNumbers } from '../inspect';
import type { ParameterSpec } from '../layer';
import { asMatrix, bareNames, presentNames } from '../layouts';
import { checkArchitecture, configOf } from '../metadata';
import { openWith } from '../open';
import type { WeightsOptions } from '../precision';
import { freshWeights, type UNet, unetWith, weightsOf } from '../unet';
import { ADM_LANDMARK, inferAdmConfig, translateAdm } from './adm';
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
 * @param options seed: of the weights, default 0; zeroOutputs: whether the last layers of residual blocks, of attention and of
 *   the network begin at 0, so that every block begins as its input, as in the programs of Ho et al. and of ADM, default false
 * @throws DenoiserError for a configuration that no such network has, or that is not had here.
 */
export function createUNet2D(
  config: Partial<UNet2DConfig> | Readonly<Record<string, unknown>>,
  { seed = 0, zeroOutputs = false }: { seed?: number; zeroOutputs?: boolean } = {},
): UNet2D {
  const isZero = (name: string) => zeroOutputs && OUTPUTS.test(name);
  return unetWith(architectureOf(completeUNet2DConfig(config)), freshWeights(seed, isZero));
}

/** Parameters of the layers whose outputs are added to something, and of the last layer. */
const OUTPUTS = /(^|\.)(conv2|to_out\.0|conv_out)\.(weight|bias)$/;

/** How a file's weights are kept in memory, and what the file does not say itself. */
export type UNet2DFileOptions = WeightsOptions & {
  /**
   * Whether guided-diffusion's attention was trained with `use_new_attention_order`, as its model for 64×64 was: queries, keys and
   * values of all heads together. Default false.
   */
  readonly newAttentionOrder?: boolean;
};

/**
 * Loads diffusers' UNet2DModel from a safetensors file, from its bytes or from what was read of them: one that
 * `exportParameters` made, diffusers' `diffusion_pytorch_model`, also with the names that diffusers had in earlier years, or a
 * model of guided-diffusion or improved-diffusion (ADM).
 *
 * @param config diffusers' `unet/config.json`. Without it the file's own metadata must say it. Of a file of guided-diffusion it
 *   is what the shapes do not say: `attention_head_dim` or `num_attention_heads`.
 * @throws DenoiserError if there is no configuration or the file does not fit it; SafetensorsError if it is damaged.
 */
export function loadUNet2D(
  source: Uint8Array | TensorFile,
  config?: Readonly<Record<string, unknown>>,
  options: UNet2DFileOptions = {},
): UNet2D {
  const file = source instanceof Uint8Array ? readSafetensors(source) : source;
  const architecture = architectureIn(file, config, options);
  return unetWith(architecture, weightsOf(file, architecture, options));
}

/**
 * Loads a UNet2DModel from a file whose tensors are read one by one: memory holds one of them beside the network, and of
 * guided-diffusion's all. The file stays open.
 *
 * @throws DenoiserError as `loadUNet2D`.
 */
export const openUNet2D = async (
  weights: OpenTensors,
  config?: Readonly<Record<string, unknown>>,
  options?: UNet2DFileOptions,
): Promise<UNet2D> => openWith(weights, architectureIn(withoutNumbers(weights), config, options), options);

/**
 * Finds out which UNet2DModel a file holds, by its metadata and the names and shapes of its tensors.
 *
 * @throws DenoiserError as `loadUNet2D`.
 */
export function inspectUNet2D(
  list: TensorList,
  config?: Readonly<Record<string, unknown>>,
  options?: UNet2DFileOptions,
): InspectedNetwork<UNet2DConfig, typeof NAME> {
  const file = withoutNumbers(list);
  return inspect(file, architectureIn(file, config, options));
}

function architectureIn(
  file: TensorFile,
  config?: Readonly<Record<string, unknown>>,
  options?: UNet2DFileOptions,
): Architecture<UNet2DConfig, typeof NAME> {
  checkArchitecture(file, NAME);
  return architectureOf(configFor(file, config), options);
}

/** Tells whether a file's names are those of such a network, by diffusers or by guided-diffusion. */
export function isUNet2DFile(file: Pick<TensorList, 'tensors'>): boolean {
  const names = [...file.tensors.keys()];
  return (
    names.some((name) => name.endsWith(ADM_LANDMARK)) ||
    (names.some((name) => name.endsWith(LANDMARK)) && names.some((name) => name.includes('down_blocks.')))
  );
}

/** Names of EDM's own networks (Karras et al. 2022). */
const EDM_NAME = /(^|\.)(enc|dec)\.\d+x\d+_/;

/** Returns the configuration of the network in a file. */
function configFor(file: TensorFile, given: Readonly<Record<string, unknown>> | undefined): UNet2DConfig {
  const bare = bareNames(file, ADM_LANDMARK);
  if (bare.tensors.has(ADM_LANDMARK)) return completeUNet2DConfig({ ...inferAdmConfig(bare, given ?? {}), ...given });
  const strange = [...file.tensors.keys()].find((name) => EDM_NAME.test(name));
  if (strange !== undefined) {
    throw new NetworkError(
      'architecture-mismatch',
      `The file has the names of EDM's own program (${strange.slice(0, 100)}), which are not known here; convert it to diffusers' UNet2DModel.`,
    );
  }
  const complete = given ? completeUNet2DConfig(given) : configOf(file, 'configuration', completeUNet2DConfig);
  if (complete) return complete;
  throw new NetworkError(
    'architecture-mismatch',
    'The file does not say which UNet2DModel it holds; give the config.json that lies beside it as well.',
  );
}

function architectureOf(
  config: UNet2DConfig,
  { newAttentionOrder = false }: UNet2DFileOptions = {},
): Architecture<UNet2DConfig, typeof NAME> {
  const { in_channels, out_channels, sample_size, block_out_channels, dropout, time_embedding_type } = config;
  const plan = planUNet2D(config);
  const labels = labelsOf(config, plan.timeDim);
  const description = describeConfig(config);
  const net = network(config, plan);
  return {
    name: NAME,
    config,
    facts: {
      channels: in_channels,
      ...(sample_size !== null && { imageSize: sample_size }),
      ...(labels.kind === 'classes' && { classes: labels.count }),
      learnedVariance: out_channels === 2 * in_channels,
    },
    network: net,
    description,
    halvings: block_out_channels.length - 1,
    labels,
    classTable: 'class_embedding.weight',
    timesAbove0: time_embedding_type === 'fourier',
    smaller: 'choose smaller `block_out_channels`',
    dropout,
    translate(file) {
      if (bareNames(file, ADM_LANDMARK).tensors.has(ADM_LANDMARK)) {
        return translateAdm(file, plan, net.parameters, !newAttentionOrder);
      }
      return { file: withMatrices(presentNames(bareNames(file, LANDMARK)), net.parameters) };
    },
    recognize(file) {
      const sizes = sizesOf(file);
      return sizes && describeConfig(sizes);
    },
  };
}

/** Returns a file whose matrices are such, where they were saved as convolutions of one pixel. */
function withMatrices(file: TensorFile, specs: ReadonlyMap<string, ParameterSpec>): TensorFile {
  const all = [...file.tensors].map(([name, entry]) => {
    return [name, specs.get(name)?.layout === 'matrix' ? asMatrix(entry) : entry] as const;
  });
  return { ...file, tensors: new Map(all) };
}

function labelsOf({ class_embed_type, num_class_embeds }: UNet2DConfig, width: number): Labels {
  if (class_embed_type === 'identity') return { kind: 'embeddings', width };
  if (class_embed_type === 'timestep') return { kind: 'numbers' };
  return num_class_embeds === null ? { kind: 'none' } : { kind: 'classes', count: num_class_embeds };
}

type Sizes = Pick<UNet2DConfig, 'block_out_channels' | 'layers_per_block' | 'in_channels' | 'out_channels'>;

/** Returns the sizes of a network in words. */
function describeConfig({ block_out_channels, layers_per_block, in_channels, out_channels }: Sizes): string {
  return `blocks of ${block_out_channels.join(', ')} channels, ${layers_per_block} layers each, ${in_channels} channels in and ${out_channels} out`;
}

/** Returns the sizes that a file's shapes say, if it holds such a network. */
function sizesOf(given: TensorFile): Sizes | undefined {
  const { tensors } = bareNames(given, LANDMARK);
  const sizes = (name: string): readonly number[] => tensors.get(name)?.shape ?? [];
  const [, in_channels] = sizes(LANDMARK);
  const [out_channels] = sizes('conv_out.weight');
  if (!in_channels || !out_channels) return undefined;
  const block_out_channels: number[] = [];
  for (;;) {
    const [channels] = sizes(`down_blocks.${block_out_channels.length}.resnets.0.conv2.weight`);
    if (channels === undefined) break;
    block_out_channels.push(channels);
  }
  let layers_per_block = 0;
  while (tensors.has(`down_blocks.0.resnets.${layers_per_block}.conv2.weight`)) layers_per_block++;
  return { block_out_channels, layers_per_block, in_channels, out_channels };
}
