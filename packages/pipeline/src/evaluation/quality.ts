import {
  densityCoverage,
  frechetInceptionDistance,
  type KernelDistance,
  kernelInceptionDistance,
  type LevelDistance,
  precisionRecall,
  pyramidDistances,
  slicedWasserstein,
  type Vectors,
} from '@denoiser/metrics';
import { fromBytes, toBytes } from '../pixels';
import type { ImageSet } from './held-out';

/** Distances of pictures from images, without a network. */
export interface PixelQuality {
  readonly slicedWasserstein: number;
  readonly patches: readonly LevelDistance[];
}

/** Returns pixels as files have them, in one of 256 levels each: drawn images are compared with images from files. */
export const asWritten = (data: Float32Array): Float32Array => fromBytes(toBytes(data));

const PATCH = 7;
/** Patches of all images are many: fewer directions give as sure a mean. */
const PATCH_PROJECTIONS = 128;

export function pixelQuality(real: ImageSet, generated: ImageSet, seed: number): PixelQuality {
  const dimensions = real.data.length / real.count;
  const vectors = ({ data }: ImageSet): Vectors => ({ data, dimensions });
  return {
    slicedWasserstein: slicedWasserstein(vectors(real), vectors(generated), { seed }),
    patches: pyramidDistances(real, generated, { patchSize: PATCH, projections: PATCH_PROJECTIONS, seed }),
  };
}

/** What features say of pictures. */
export interface FeatureQuality {
  readonly dimensions: number;
  readonly fid: number;
  readonly kid: KernelDistance;
  readonly precision: number;
  readonly recall: number;
  readonly density: number;
  readonly coverage: number;
}

/** Images of each set that every one of these figures can be computed from. */
export const FEWEST_FOR_FEATURES = 6;

const KID_SUBSET = 1000;

export function featureQuality(real: Vectors, generated: Vectors, seed: number): FeatureQuality {
  const fewest = Math.min(real.data.length, generated.data.length) / real.dimensions;
  // Half of a small set: subsets of all would be the same each time, and tell nothing of the error.
  const subsetSize = Math.min(KID_SUBSET, Math.ceil(fewest / 2));
  return {
    dimensions: real.dimensions,
    fid: frechetInceptionDistance(real, generated),
    kid: kernelInceptionDistance(real, generated, { subsetSize, seed }),
    ...precisionRecall(real, generated),
    ...densityCoverage(real, generated),
  };
}
