import type { TensorEntry, TensorFile } from '@denoiser/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Architecture } from './architecture';
import { checkFile } from './check-file';
import { NetworkError } from './errors';
import type { ParameterSpec } from './layer';
import { fileShape, toFileLayout } from './layouts';
import { ARCHITECTURE_KEY, CONFIG_KEY } from './metadata';
import { checkPrecision, parameterIn, type WeightsOptions } from './precision';

/** Returns parameters as a file for PyTorch: its names, its layouts. Metadata says how to build the network again. */
export async function exportParameters(
  parameters: ReadonlyMap<string, Tensor>,
  { name, config, network }: Architecture<unknown, string>,
): Promise<TensorFile> {
  const tensors = new Map<string, TensorEntry>();
  for (const [key, spec] of network.parameters)
    tensors.set(key, await entryOf(parameterOf(parameters, key, spec), spec));
  const metadata = { format: 'pt', [ARCHITECTURE_KEY]: name, [CONFIG_KEY]: JSON.stringify(config) };
  return { metadata, tensors };
}

/** Returns a tensor in the layout of files. */
export async function entryOf(tensor: Tensor, spec: ParameterSpec): Promise<TensorEntry> {
  const data = toFileLayout((await tensor.data()) as Float32Array, spec);
  return { dtype: 'F32', shape: fileShape(spec), data };
}

/**
 * Returns a tensor for each parameter of a file, in the layout of memory.
 *
 * @throws DenoiserError if a name or shape does not fit, which are all checked before the first tensor is made; as `checkPrecision` and `parameterIn`.
 */
export function importParameters(
  given: TensorFile,
  architecture: Architecture<unknown, string>,
  options: WeightsOptions = {},
): Map<string, Tensor> {
  const precision = checkPrecision(options);
  const translated = architecture.translate(given);
  checkFile(translated, architecture);
  const { file } = translated;
  const tensors = new Map<string, Tensor>();
  for (const [name, spec] of architecture.network.parameters) {
    tensors.set(name, parameterIn(precision, name, file.tensors.get(name) as TensorEntry, spec));
  }
  return tensors;
}

/** Returns the tensor of that name, in the shape that it has in memory. */
export function parameterOf(parameters: ReadonlyMap<string, Tensor>, name: string, { shape }: ParameterSpec): Tensor {
  const tensor = parameters.get(name);
  if (tensor && tensor.shape.join() === shape.join()) return tensor;
  const found = tensor ? `has the shape [${tensor.shape.join(', ')}]` : 'is missing';
  throw new NetworkError(
    'parameters-mismatch',
    `The U-Net's parameter ${name} ${found}; give one of the shape [${shape.join(', ')}].`,
  );
}
