import { type ExportOptions, exportOnnx } from '@denoiser/onnx';
import type { WeightsModel } from '../model';
import { metadataOf } from '../model-file';

export type ExportOnnxOptions = Pick<ExportOptions, 'dtype' | 'opset' | 'attention'>;

/**
 * Writes a model as an ONNX model that says itself what it is: how it was trained, its classes, the size of its images. See
 * `exportOnnx` of `@denoiser/onnx`.
 *
 * @throws DenoiserError as it does.
 */
export function exportOnnxModel(model: WeightsModel, options: ExportOnnxOptions = {}): Promise<Uint8Array> {
  const { network, imageShape, classNames, parameterCount } = model;
  const { format: _, ...known } = metadataOf(model); // of safetensors alone
  const metadata = { ...known, [PARAMETERS]: String(parameterCount) };
  return exportOnnx(network, { ...options, imageShape, labels: classNames.length > 0, metadata });
}

/** The metadata's key of how many numbers the network has: the model has constants beside them. */
export const PARAMETERS = 'denoiser.parameters';
