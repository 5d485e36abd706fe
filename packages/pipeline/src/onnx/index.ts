/** Models that a session of an ONNX runtime computes: `@denoiser/onnx` with what is known of a model. */
export { type ExportOnnxOptions, exportOnnxModel } from './export-onnx-model';
export { type OnnxModelOptions, onnxModel } from './onnx-model';
export { withSession } from './with-session';
