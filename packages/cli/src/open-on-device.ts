import {
  computeWithOnnx,
  isOnnxPath,
  type Model,
  openOnnxModel,
  openWeightsModel,
  selectDevice,
} from '@denoiser/backend-node';
import { CommandError } from './errors';
import { modelOptions, type SourceFlags } from './open-source';
import { describeDevice } from './text';

/** Flags that say where a model is computed. */
export interface DeviceFlags {
  device: string;
  onnxProvider?: string[];
  precision?: 'f32' | 'f16' | 'f16-all';
}

/** A model on its device, which is described for people. */
export interface ModelOnDevice {
  readonly model: Model;
  readonly device: string;
}

/**
 * Chooses the device and opens the model that a command works on. In onnxruntime are computed ONNX models, and with `--device onnx`
 * all others.
 *
 * @throws DenoiserError where there is no such device or model.
 */
export async function openOnDevice(path: string, flags: SourceFlags & DeviceFlags): Promise<ModelOnDevice> {
  const { onnxProvider: providers = ['cpu'], precision } = flags;
  const options = { ...modelOptions(flags), ...(precision && { precision }) };
  const isOnnxModel = isOnnxPath(path);
  if (!isOnnxModel && flags.device !== 'onnx') {
    if (flags.onnxProvider) {
      throw new CommandError(
        'option-invalid',
        '--onnx-provider is of onnxruntime; give --device onnx, or leave it out.',
      );
    }
    const device = await selectDevice({ device: flags.device });
    return { model: await openWeightsModel(path, options), device: describeDevice(device) };
  }
  // What is left, sums of pictures, is the CPU engine's.
  await selectDevice({ device: ['auto', 'onnx'].includes(flags.device) ? 'engine' : flags.device });
  const reason = isOnnxModel ? 'the model is one of ONNX' : 'it was asked for';
  const device = `onnxruntime, ${providers.join(', ')}: ${reason}`;
  if (isOnnxModel) return { model: await openOnnxModel(path, { ...options, providers }), device };
  return { model: await computeWithOnnx(await openWeightsModel(path, options), { providers }), device };
}
