export type { ImageFacts } from './architecture';
export type { NetworkErrorCode } from './errors';
export type { InspectedNetwork } from './inspect';
export { compose, type Hooks, type Layer, layer, type ParameterSpec } from './layer';
export { conv1x1, conv3x3, dense, embeddingTable, multiHeadSelfAttention, oneGroupNorm, tokenNorm } from './layers';
export type { UNetConfig } from './original/config';
export { createUNet, inspectUNet, loadUNet, type OriginalUNet, openUNet } from './original/unet';
export type { Precision, WeightsOptions } from './precision';
export { timeEmbedding } from './time-embedding';
export type { TrainingMode } from './training-form';
export type { Conditioning, Denoiser, UNet } from './unet';
export * from './unet2d/index';
export { planUNet2D, type UNet2DPlan } from './unet2d/plan';
export {
  createUNet2D,
  inspectUNet2D,
  isUNet2DFile,
  loadUNet2D,
  openUNet2D,
  type UNet2D,
  type UNet2DFileOptions,
} from './unet2d/unet2d';
