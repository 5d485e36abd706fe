export * from './arrays';
export { blendNoise } from './blend-noise';
export { callDenoiser } from './call-denoiser';
export type { SamplerErrorCode } from './errors';
export type { SampleOptions, TensorStep } from './sample';
export { philoxNoise, sample, sampleImages } from './sample';
export type { SampleBatchesOptions } from './sample-batches';
export { sampleBatches } from './sample-batches';
export { saveState } from './saved-tensors';
export { arrayModel } from './tensor-model';
export type {
  AsyncDenoiser,
  Conditioning,
  Denoiser,
  Guidance,
  NoiseSource,
  SamplingStep,
} from './types';
