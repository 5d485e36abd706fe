import type { TensorFile } from '@denoiser/safetensors';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import type { Layer } from './layer';

/** What images a network is for, in the same words for every kind of network. */
export type ImageFacts = {
  /** Channels of the images. */
  readonly channels: number;
  /** What images it was made for; absent if it does not say. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** How many classes; absent for a network without labels. */
  readonly classes?: number;
  /** Whether it gives twice the channels, the second half saying where the variance of a step is. */
  readonly learnedVariance: boolean;
};

/** What a network takes for labels: numbers of classes, any numbers from 0 on, or embeddings of this width. */
export type Labels =
  | { readonly kind: 'none' }
  | { readonly kind: 'classes'; readonly count: number }
  | { readonly kind: 'numbers' }
  | { readonly kind: 'embeddings'; readonly width: number };

/** A network with one of its configurations: what `unetWith` makes a `UNet` of. */
export interface Architecture<Config, Name extends string> {
  /** The `denoiser.architecture` of its files. */
  readonly name: Name;
  readonly config: Config;
  readonly facts: ImageFacts;
  readonly network: Layer<(x: Tensor4D, time: Tensor1D, labels?: Tensor1D) => Tensor4D>;
  /** The configuration in words. */
  readonly description: string;
  /** How often the network halves an image. */
  readonly halvings: number;
  /** Which options make it smaller. */
  readonly smaller: string;
  /** Dropout where the training does not say one. Default 0. */
  readonly dropout?: number;
  readonly labels: Labels;
  /** The parameter that has a row for each class, in networks of this kind that have classes. */
  readonly classTable: string;
  /** Whether the times that it is told must be above 0. Default false. */
  readonly timesAbove0?: boolean;
  /** Returns a file's tensors under this network's names and in its shapes, where others are known for them. */
  translate(file: TensorFile): Translated;
  /** Returns what a file that does not fit seems to be: another configuration, in words; undefined if it is none. */
  recognize(file: TensorFile): string | undefined;
}

/** A file under a network's names, and what it calls a parameter itself. */
export type Translated = { readonly file: TensorFile; nameInFile?(parameter: string): string | undefined };
