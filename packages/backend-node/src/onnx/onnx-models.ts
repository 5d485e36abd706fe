import { readFile } from 'node:fs/promises';
import { fileError } from '@denoiser/errors';
import type { Model, WeightsModel } from '@denoiser/pipeline';
import type { OnnxModelOptions } from '@denoiser/pipeline/onnx';
import { ensureDevice } from '../device/ensure-device';
import { NodeError } from '../errors';
import { type OnnxRuntimeOptions, openSession } from './open-session';

/** Whether a path is of an ONNX model, by its ending. */
export const isOnnxPath = (path: string): boolean => /\.onnx$/i.test(path);

/** Options of `openModel` for which an ONNX model has no use. */
const OF_WEIGHTS = ['weights', 'checkpoint', 'snapshots', 'precision', 'networks'];

/**
 * Opens an ONNX model to draw with: `await openOnnxModel('model.onnx')`. onnxruntime-node computes it; the arithmetic of the sampler
 * stays on the device that was chosen.
 *
 * @throws DenoiserError as `onnxModel` of `@denoiser/pipeline/onnx`, where the file cannot be read, and where onnxruntime-node is
 * missing or cannot run it.
 */
export async function openOnnxModel(
  path: string,
  { providers, ...options }: OnnxModelOptions & OnnxRuntimeOptions = {},
): Promise<Model> {
  const misplaced = OF_WEIGHTS.find((name) => name in options);
  if (misplaced !== undefined) {
    throw new NodeError(
      'option-invalid',
      `\`${misplaced}\` is of weights, and ${path} is an ONNX model; leave it out.`,
    );
  }
  const file = await readFile(path).catch((error) => {
    throw fileError(error, 'read', path);
  });
  await ensureDevice();
  const { onnxModel } = await import('@denoiser/pipeline/onnx');
  const session = await openSession(file, { ...(providers && { providers }) });
  try {
    return onnxModel(session, file, { name: path, ...options });
  } catch (error) {
    await session.release();
    throw error;
  }
}

/**
 * Returns a model that onnxruntime-node computes in place of the network, which is exported to it in memory and then freed with its
 * weights.
 *
 * @throws DenoiserError as `exportOnnx` of `@denoiser/onnx`, and where onnxruntime-node is missing or cannot run it.
 */
export async function computeWithOnnx(model: WeightsModel, options: OnnxRuntimeOptions = {}): Promise<Model> {
  const { network: _, dispose: __, [Symbol.dispose]: ___, ...info } = model;
  const { providers = ['cpu'] } = options;
  // On the processor alone: onnxruntime's attention by WebGPU errs by hundredths on some adapters.
  const attention = providers.every((name) => name === 'cpu') ? 'contrib' : 'plain';
  const { onnxDenoiser } = await import('@denoiser/onnx');
  const { exportOnnxModel, withSession } = await import('@denoiser/pipeline/onnx');
  const session = await openSession(await exportOnnxModel(model, { attention }), { providers });
  model.dispose();
  return withSession(info, onnxDenoiser(session), () => void session.release());
}
