import { initialValues } from '@denoiser/ops';
import type { OpenTensors, TensorEntry, TensorFile } from '@denoiser/safetensors';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture, ImageFacts, Labels } from './architecture';
import { NetworkError } from './errors';
import { parameterReader } from './inspect';
import type { Hooks, ParameterSpec } from './layer';
import { fileShape } from './layouts';
import type { WeightsOptions } from './precision';
import { checkRoom } from './room';
import { type TrainingMode, trainingHooks } from './training-form';
import { entryOf, exportParameters, importParameters, parameterOf } from './weights';

/**
 * What a prediction depends on besides image and time. `labels`: [B] int32, −1 for no class; [B, width of the time embedding]
 * where a network takes embeddings instead.
 */
export type Conditioning = { readonly labels?: Tensor1D };

/** Predicts the noise ε in x [B, H, W, C] at the times [B], in steps; [B, H, W, 2C] with a learned variance, v after ε. */
export type Denoiser = (x: Tensor4D, time: Tensor1D, conditioning?: Conditioning) => Tensor4D;

/** A U-Net with its weights. */
export interface UNet<Config = unknown, Name extends string = string> {
  readonly architecture: { readonly name: Name; readonly config: Config };
  readonly imageFacts: ImageFacts;
  /** Share of activations that training drops where it names none itself. */
  readonly dropout: number;
  /** The parameter that has a row for each class, in networks of this kind that have classes. */
  readonly classTable: string;
  /** Whether the times that it is told must be above 0, as it takes their logarithm. */
  readonly timesAbove0: boolean;
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
   * @throws DenoiserError if names or shapes don't fit, and where the current backend has no such precision.
   */
  importParameters(file: TensorFile, options?: WeightsOptions): Map<string, Tensor>;
  /** The same one by one, as training reads files: memory holds one tensor beside the network. */
  readonly inFiles: {
    /** Returns the shape of a parameter in files. */
    shapeOf(name: string): readonly number[];
    /** Returns a parameter, or a tensor of its shape, as files have it. */
    entryOf(name: string, tensor: Tensor): Promise<TensorEntry>;
    /** Checks weights as `importParameters` does, and returns what reads a parameter from them; the caller disposes its tensor. */
    open(weights: Omit<OpenTensors, 'close'>): (name: string) => Promise<Tensor>;
  };
  /**
   * Checks labels as numbers, before they are a tensor.
   *
   * @throws DenoiserError unless each is a class of this network or −1.
   */
  checkLabels(labels: ArrayLike<number>): void;
  dispose(): void;
}

/** Where the first weights come from. */
export type InitialWeights = (specs: ReadonlyMap<string, ParameterSpec>) => ReadonlyMap<string, Tensor>;

/** Fresh weights: the distributions of the layers, numbers from Philox; 0 for the names that `isZero` tells. */
export const freshWeights =
  (seed: number, isZero: (name: string) => boolean = () => false): InitialWeights =>
  (specs) =>
    new Map(
      Array.from(specs, ([name, spec]) => {
        const shape = [...spec.shape];
        return [name, isZero(name) ? tf.zeros(shape) : tf.tensor(initialValues(name, spec, seed), shape)];
      }),
    );

/** Weights from a file. */
export const weightsOf =
  <Config, Name extends string>(
    file: TensorFile,
    architecture: Architecture<Config, Name>,
    options?: WeightsOptions,
  ): InitialWeights =>
  () =>
    importParameters(file, architecture, options);

/** Makes a U-Net of an architecture and its first weights. */
export function unetWith<Config, Name extends string>(
  architecture: Architecture<Config, Name>,
  initial: InitialWeights,
): UNet<Config, Name> {
  const { name, config, facts, network, dropout = 0, classTable, timesAbove0 = false } = architecture;
  checkRoom(network.parameters, architecture.smaller);
  const parameters = new Map<string, Variable>();
  tf.tidy(() => {
    for (const [key, tensor] of initial(network.parameters)) {
      parameters.set(key, tf.variable(tensor, network.parameters.get(key)?.isTrained ?? true));
    }
  });
  const specOf = (key: string) => network.parameters.get(key) as ParameterSpec;
  const denoiserOf = (tensors: ReadonlyMap<string, Tensor>, hooks?: Hooks): Denoiser => {
    const predict = network.bind((key) => parameterOf(tensors, key, specOf(key)), hooks);
    return (x, time, { labels } = {}) => {
      checkInputs(architecture, x, time, labels);
      return predict(x, time, labels);
    };
  };
  return {
    architecture: { name, config },
    imageFacts: facts,
    dropout,
    classTable,
    timesAbove0,
    parameters,
    denoiser: (others = parameters) => denoiserOf(others),
    trainingDenoiser: (mode) =>
      denoiserOf(parameters, trainingHooks({ ...mode, dropout: mode.dropout || dropout }, parameters)),
    exportParameters: (others) => exportParameters(others, architecture),
    importParameters: (file, options) => importParameters(file, architecture, options),
    inFiles: {
      shapeOf: (key) => fileShape(specOf(key)),
      entryOf: (key, tensor) => entryOf(tensor, specOf(key)),
      open: (weights) => parameterReader(weights, architecture),
    },
    checkLabels: (labels) => checkLabels(architecture, labels),
    dispose() {
      for (const variable of parameters.values()) variable.dispose();
    },
  };
}

type Inputs = Pick<Architecture<unknown, string>, 'facts' | 'halvings' | 'labels'>;

function checkInputs(
  { facts: { channels }, halvings, labels: kind }: Inputs,
  x: Tensor4D,
  time: Tensor1D,
  labels?: Tensor1D | Tensor2D,
): void {
  const [batch, height, width, found] = x.shape;
  checkImageSize(halvings, height, width);
  if (found !== channels) {
    throw new NetworkError('shape-invalid', `The U-Net takes images of ${channels} channels, but was given ${found}.`);
  }
  checkShape('time value', time, [batch]);
  if (!labels) return;
  if (kind.kind === 'embeddings') checkShape('embedding of labels', labels, [batch, kind.width]);
  else checkShape('labels value', labels, [batch]);
  if (kind.kind === 'none') {
    throw new NetworkError(
      'labels-unexpected',
      'Labels were given to a U-Net without classes; leave them out, or train one with classes.',
    );
  }
}

function checkShape(each: string, { shape }: Tensor, wanted: readonly number[]): void {
  if (shape.join() === wanted.join()) return;
  throw new NetworkError(
    'shape-invalid',
    `The U-Net takes one ${each} an image, [${wanted.join(', ')}], but was given [${shape.join(', ')}].`,
  );
}

/** How often a network halves an image, in words. */
const TIMES = ['never', 'once', 'twice', 'three times'];

function checkImageSize(halvings: number, height: number, width: number): void {
  const unit = 2 ** halvings;
  if (height % unit === 0 && width % unit === 0 && height > 0 && width > 0) return;
  const times = TIMES[halvings] ?? `${halvings} times`;
  const nearest = (size: number) => Math.max(unit, unit * Math.round(size / unit));
  throw new NetworkError(
    'image-size-invalid',
    `The U-Net halves an image ${times}, so height and width must be divisible by ${unit}, but it is ${height}×${width}; ` +
      `resize or pad it, for example to ${nearest(height)}×${nearest(width)}.`,
  );
}

function checkLabels({ labels: kind }: Inputs, labels: ArrayLike<number>): void {
  const below = kind.kind === 'classes' ? kind.count : kind.kind === 'numbers' ? Number.POSITIVE_INFINITY : 0;
  for (const label of Array.from(labels)) {
    if (Number.isInteger(label) && label >= -1 && label < below) continue;
    throw new NetworkError('label-invalid', `There is no class ${label}: ${inWords(kind)}; −1 stands for none.`);
  }
}

function inWords(labels: Labels): string {
  if (labels.kind === 'classes') return `this U-Net has the classes 0 to ${labels.count - 1}`;
  if (labels.kind === 'numbers') return 'this U-Net takes whole numbers from 0 on';
  if (labels.kind === 'embeddings') return `this U-Net takes embeddings of ${labels.width} numbers for labels`;
  return 'this U-Net has no classes';
}
