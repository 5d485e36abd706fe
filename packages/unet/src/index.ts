export type { UNetConfig } from './config';
export type { NetworkErrorCode } from './errors';
export { type InspectedNetwork, inspectUNet } from './inspect';
export { compose, type Hooks, type Layer, layer, type ParameterSpec } from './layer';
export { conv1x1, conv3x3, dense, embeddingTable, multiHeadSelfAttention, oneGroupNorm, tokenNorm } from './layers';
export { timeEmbedding } from './time-embedding';
export type { TrainingMode } from './training-form';
export { type Conditioning, createUNet, type Denoiser, loadUNet, type UNet } from './unet';
