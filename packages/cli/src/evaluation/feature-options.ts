import type { INPUT_RANGES } from './input-ranges';

/** How a tfjs model is taken as a feature network. */
export interface FeatureOptions {
  /** A layer of the tfjs model whose output is taken, instead of the model's. */
  featureLayer?: string;
  /** What the tfjs model takes black and white as. Default '-1:1'. */
  featureRange?: (typeof INPUT_RANGES)[number];
}
