import * as pipeline from '@denoiser/pipeline';
import { ensureDevice } from '../device/ensure-device';
import { isOnnxPath, openOnnxModel } from '../onnx/onnx-models';
import { type ModelSource, resolveSource } from './resolve-source';

/**
 * Opens a trained model: `await openModel('runs/landscape')`. Where no device has been chosen, the best one is. What `openOnnxModel`
 * opens has no weights; so the type of what a path holds is a `Model`, and its weights are there where its network has `parameters`.
 *
 * @throws DenoiserError as pipeline's `openModel`, and where a path or an address holds no model.
 */
export async function openModel(source: ModelSource, options: pipeline.OpenModelOptions = {}): Promise<pipeline.Model> {
  return typeof source === 'string' && isOnnxPath(source)
    ? openOnnxModel(source, options)
    : openWeightsModel(source, options);
}

/**
 * Opens a trained model with its weights, as `openModel` does, but no ONNX model.
 *
 * @throws DenoiserError as pipeline's `openModel`, and where a path or an address holds no model.
 */
export async function openWeightsModel(
  source: ModelSource,
  options: pipeline.OpenModelOptions = {},
): Promise<pipeline.WeightsModel> {
  // A wrong place is told before a device is chosen, which takes longer.
  const found = await resolveSource(source, options);
  await ensureDevice().catch(async (error) => {
    await found.close();
    throw error;
  });
  return pipeline.openModel(found.source, found.options);
}

/**
 * Opens a model without making a network of it, and hands it to `use`: to write its weights elsewhere, tensor by tensor. Needs no
 * device.
 *
 * @throws DenoiserError as pipeline's `withModelFile`, and where a path or an address holds no model.
 */
export async function withModelFile<T>(
  source: ModelSource,
  options: pipeline.OpenModelOptions,
  use: (file: pipeline.ModelFile) => Promise<T>,
): Promise<T> {
  const found = await resolveSource(source, options);
  return pipeline.withModelFile(found.source, found.options, use);
}
