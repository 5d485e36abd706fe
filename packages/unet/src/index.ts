export type { UNetConfig } from './config';
export { compose, type Hooks, type InitialValues, type Layer, layer, type ParameterSpec } from './layer';
export { timeEmbedding } from './time-embedding';
export type { TrainingMode } from './training-form';
export { type Conditioning, createUNet, type Denoiser, loadUNet, type UNet } from './unet';
