export type { UNetConfig } from './config';
export { compose, type InitialValues, type Layer, layer, type ParameterSpec } from './layer';
export { timeEmbedding } from './time-embedding';
export { type Conditioning, createUNet, type Denoiser, loadUNet, type UNet } from './unet';
