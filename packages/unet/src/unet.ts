import { initialValues } from '@denoiser/ops';
import { readSafetensors, type TensorFile } from '@denoiser/safetensors';
import type { Tensor, Tensor1D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { bareNames } from './bare-names';
import { checkArchitecture } from './check-file';
import { checkImageSize, completeConfig, type UNetConfig } from './config';
import { NetworkError } from './errors';
import { ARCHITECTURE, CONFIG_KEY, inferConfig } from './infer-config';
import type { Hooks, ParameterSpec } from './layer';
import { network } from './network';
import { checkRoom } from './room';
import { type TrainingMode, trainingHooks } from './training-form';
import { exportParameters, importParameters, parameterOf } from './weights';

/** What a prediction depends on besides image and time. `labels`: [B] int32, −1 for no class. */
export type Conditioning = { readonly labels?: Tensor1D };

/** Predicts the noise ε in x [B, H, W, C] at the times [B], in steps; [B, H, W, 2C] with a learned variance, v after ε. */
export type Denoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Tensor4D;

/** A U-Net with its weights. */
export interface UNet {
  readonly architecture: { readonly name: typeof ARCHITECTURE; readonly config: UNetConfig };
  /** The weights by PyTorch's names, in tfjs's layouts: filters HWIO, matrices [in, out]. */
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Returns the network with the live weights, or with others of the same names and shapes, which it borrows. */
  denoiser(parameters?: ReadonlyMap<string, Tensor>): Denoiser;
  /** Returns the network with the live weights as it trains: with dropout, and run part by part. */
  trainingDenoiser(mode: TrainingMode): Denoiser;
  /** Returns the weights, or tensors of the same names and shapes, as a file in PyTorch's layouts. */
  exportParameters(parameters: ReadonlyMap<string, Tensor>): Promise<TensorFile>;
  /**
   * Returns new tensors from a file, in tfjs's layouts; the caller disposes them.
   *
   * @throws DenoiserError if names or shapes don't fit.
   */
  importParameters(file: TensorFile): Map<string, Tensor>;
  /**
   * Checks labels as numbers, before they are a tensor.
   *
   * @throws DenoiserError unless each is a class of this network or −1.
   */
  checkLabels(labels: ArrayLike<number>): void;
  dispose(): void;
}

/**
 * Creates the U-Net of the original program with fresh weights: PyTorch's initial distributions, numbers from Philox.
 *
 * @param options channels: of the images, default 3; baseWidth: default 64; timeDim: default 256; classes: how many, none
 *   by default; imageSize: what images it is for, kept in the config only; learnedVariance: whether it gives twice the
 *   channels (Nichol & Dhariwal 2021, arXiv:2102.09672), default false; seed: of the weights, default 0.
 * @throws DenoiserError for sizes that no such network has.
 */
export function createUNet(options: Partial<UNetConfig> & { seed?: number } = {}): UNet {
  const { seed = 0, ...config } = options;
  return unetWith(completeConfig(config), (specs) => {
    const tensors = new Map<string, Tensor>();
    for (const [name, spec] of specs) tensors.set(name, tf.tensor(initialValues(name, spec, seed), [...spec.shape]));
    return tensors;
  });
}

/**
 * Loads the U-Net of a safetensors file, from its bytes or from what was read of them: one that `exportParameters` made, or
 * a state_dict of the original program that a PyTorch user saved, also from within DataParallel, `torch.compile` or an
 * average. Its sizes are found by the shapes.
 *
 * @throws DenoiserError if the file holds something else; SafetensorsError if it is damaged.
 */
export function loadUNet(source: Uint8Array | TensorFile): UNet {
  const file = bareNames(source instanceof Uint8Array ? readSafetensors(source) : source);
  const config = configOf(file);
  return unetWith(config, (specs) => importParameters(file, specs, config));
}

/** Returns the sizes of the network that a file holds, by shapes and metadata. */
export function configOf(file: TensorFile): UNetConfig {
  checkArchitecture(file);
  const sizes = inferConfig(file);
  if (sizes) return completeConfig({ ...sizes, imageSize: imageSizeOf(file) });
  throw new NetworkError(
    'architecture-mismatch',
    `The file holds no U-Net of the original program: inc.double_conv.0.weight or down1.emb_layer.1.weight is missing or of another rank; choose another file.`,
  );
}

type Specs = ReadonlyMap<string, ParameterSpec>;

function unetWith(config: UNetConfig, initial: (specs: Specs) => ReadonlyMap<string, Tensor>): UNet {
  const net = network(config);
  checkRoom(net.parameters);
  const parameters = new Map<string, Variable>();
  tf.tidy(() => {
    for (const [name, tensor] of initial(net.parameters)) parameters.set(name, tf.variable(tensor));
  });
  const denoiserOf = (tensors: ReadonlyMap<string, Tensor>, hooks?: Hooks): Denoiser => {
    const predict = net.bind((name) => parameterOf(tensors, name, net.parameters.get(name) as ParameterSpec), hooks);
    return (x, time, { labels } = {}) => {
      checkInputs(config, x, time, labels);
      return predict(x, time, labels);
    };
  };
  return {
    architecture: { name: ARCHITECTURE, config },
    parameters,
    denoiser: (others = parameters) => denoiserOf(others),
    trainingDenoiser: (mode) => denoiserOf(parameters, trainingHooks(mode, parameters)),
    exportParameters: (others) => exportParameters(others, net.parameters, config),
    importParameters: (file) => importParameters(file, net.parameters, config),
    checkLabels: (labels) => checkLabels(config, labels),
    dispose() {
      for (const variable of parameters.values()) variable.dispose();
    },
  };
}

function checkInputs({ channels, classes }: UNetConfig, x: Tensor4D, time: Tensor1D, labels?: Tensor1D): void {
  const [batch, height, width, found] = x.shape;
  checkImageSize(height, width);
  if (found !== channels) {
    throw new NetworkError('shape-invalid', `The U-Net takes images of ${channels} channels, but was given ${found}.`);
  }
  for (const [name, vector] of Object.entries({ time, labels })) {
    if (vector && vector.shape.join() !== String(batch)) {
      const shape = `[${vector.shape.join(', ')}]`;
      throw new NetworkError(
        'shape-invalid',
        `The U-Net takes one ${name} value an image, [${batch}], but was given ${shape}.`,
      );
    }
  }
  if (labels && classes === undefined) {
    throw new NetworkError(
      'labels-unexpected',
      'Labels were given to a U-Net without classes; leave them out, or train one with classes.',
    );
  }
}

function checkLabels({ classes }: UNetConfig, labels: ArrayLike<number>): void {
  const known = classes ?? 0;
  for (const label of Array.from(labels)) {
    if (Number.isInteger(label) && label >= -1 && label < known) continue;
    const allowed = known === 0 ? 'this U-Net has no classes' : `this U-Net has the classes 0 to ${known - 1}`;
    throw new NetworkError('label-invalid', `There is no class ${label}: ${allowed}; −1 stands for none.`);
  }
}

/** Returns the image size in the file's config, if there is one. */
function imageSizeOf({ metadata }: TensorFile): UNetConfig['imageSize'] {
  const text = metadata[CONFIG_KEY];
  if (text === undefined) return undefined; // a file that PyTorch wrote
  const damaged = () =>
    new NetworkError(
      'weights-damaged',
      `The file's metadata "${CONFIG_KEY}" has no legible imageSize; save the weights anew, or take this entry out of the file's metadata.`,
    );
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    throw damaged();
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) throw damaged();
  const { imageSize } = config as Partial<UNetConfig>;
  if (Array.isArray(imageSize) && imageSize.length !== 2) throw damaged();
  try {
    return completeConfig({ ...(imageSize !== undefined && { imageSize }) }).imageSize;
  } catch {
    throw damaged();
  }
}
