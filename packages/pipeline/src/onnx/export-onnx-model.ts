import { type ExportOptions, exportOnnx } from '@denoiser/onnx';
import { SCHEDULES, trainableProcess } from '@denoiser/trainer/options';
import { type FileTraining, writeFileTraining } from '@denoiser/trainer/parts';
import type { ModelInfo, WeightsModel } from '../model';

export type ExportOnnxOptions = Pick<ExportOptions, 'dtype' | 'opset' | 'attention'>;

/**
 * Writes a model as an ONNX model that says itself what it is: how it was trained, its classes, the size of its images. See
 * `exportOnnx` of `@denoiser/onnx`.
 *
 * @throws DenoiserError as it does.
 */
export function exportOnnxModel(model: WeightsModel, options: ExportOnnxOptions = {}): Promise<Uint8Array> {
  const { network, imageShape, classNames } = model;
  return exportOnnx(network, { ...options, imageShape, labels: classNames.length > 0, metadata: metadataOf(model) });
}

/** What the file says of itself, as our safetensors files do. How it was trained is not said of what can't be trained here. */
function metadataOf(model: ModelInfo): Record<string, string> {
  const { architecture, prediction, learnedVariance, imageShape, classNames, step = 0, parameterCount } = model;
  const process = trainedProcessOf(model);
  return {
    'denoiser.architecture': architecture.name,
    'denoiser.config': JSON.stringify(architecture.config),
    'denoiser.parameters': String(parameterCount),
    ...(process &&
      prediction &&
      writeFileTraining({ process, prediction, learnedVariance, imageShape, classNames, step })),
  };
}

const { resolve } = trainableProcess(SCHEDULES);

/** The options of a model's process as training has them; undefined for one that can't be trained here. */
const trainedProcessOf = ({ process }: ModelInfo): FileTraining['process'] | undefined =>
  process.kind === 'discrete' || process.kind === 'angle' ? resolve?.('process', process as never) : undefined;
