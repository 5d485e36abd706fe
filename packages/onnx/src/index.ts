export type { OnnxErrorCode } from './errors';
export { type ExportableNetwork, type ExportOptions, exportOnnx } from './export-onnx';
export { readOnnxMetadata } from './read-metadata';
export { type OnnxDenoiser, type OnnxNames, onnxDenoiser } from './session/onnx-denoiser';
export type { OnnxSession, OnnxTensor } from './session/session';
