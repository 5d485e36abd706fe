export type { MetricsErrorCode } from './errors';
export { frechetDistance, frechetInceptionDistance } from './frechet-distance';
export {
  type KernelDistance,
  type KernelDistanceOptions,
  kernelInceptionDistance,
  maximumMeanDiscrepancy,
} from './kernel-distance';
export { type Images, laplacianPyramid, type PyramidLevel } from './laplacian-pyramid';
export { densityCoverage, type NeighbourOptions, precisionRecall } from './manifolds';
export { type LevelDistance, type PatchOptions, pyramidDescriptors, pyramidDistances } from './pyramid-distance';
export { type SlicedWassersteinOptions, slicedWasserstein, wasserstein1d } from './sliced-wasserstein';
export { createStatistics, type Gaussian, gaussianOf, type Statistics } from './statistics';
export { type SymmetricEigen, symmetricEigen, symmetricEigenvalues } from './symmetric-eigen';
export type { Vectors } from './vectors';
