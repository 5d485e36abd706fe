export type { OnnxErrorCode } from './errors';
export { type ExportableNetwork, type ExportOptions, exportOnnx } from './export-onnx';
