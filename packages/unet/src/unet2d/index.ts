/** The configuration of UNet2DModel as data, without TensorFlow.js: for forms, command lines and documentation. */
export { completeUNet2DConfig, type UNet2DConfig } from './config';
export { type UNet2DChoice, type UNet2DPreset, type UNet2DStyle, unet2dFor, unet2dPreset } from './presets';
