export { convertTensor, type FloatDType } from './convert';
export type { DType, TensorArrays } from './dtypes';
export type { SafetensorsErrorCode } from './errors';
export { toFloat32Array } from './float32';
export { readSafetensorsHeader } from './header';
export { readSafetensors } from './read';
export type { TensorEntry, TensorFile, TensorFileHeader, TensorLocation } from './types';
export { writeSafetensors } from './write';
