import { type TensorEntry, type TensorFile, toFloat32Array } from '@denoiser/safetensors';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Architecture } from './architecture';
import { checkFile } from './check-file';
import { NetworkError } from './errors';
import type { ParameterSpec } from './layer';
import { fileShape, toFileLayout, toMemoryLayout } from './layouts';
import { ARCHITECTURE_KEY, CONFIG_KEY } from './metadata';

/** Returns parameters as a file for PyTorch: its names, its layouts. Metadata says how to build the network again. */
export async function exportParameters(
  parameters: ReadonlyMap<string, Tensor>,
  { name, config, network }: Architecture<unknown, string>,
): Promise<TensorFile> {
  const tensors = new Map<string, TensorEntry>();
  for (const [key, spec] of network.parameters) {
    const tensor = parameterOf(parameters, key, spec);
    const data = toFileLayout((await tensor.data()) as Float32Array, spec);
    tensors.set(key, { dtype: 'F32', shape: fileShape(spec), data });
  }
  const metadata = { format: 'pt', [ARCHITECTURE_KEY]: name, [CONFIG_KEY]: JSON.stringify(config) };
  return { metadata, tensors };
}

/**
 * Returns a tensor for each parameter of a file, in the layout of memory.
 *
 * @throws DenoiserError if a name or shape does not fit; all are checked before the first tensor is made.
 */
export function importParameters(given: TensorFile, architecture: Architecture<unknown, string>): Map<string, Tensor> {
  const translated = architecture.translate(given);
  checkFile(translated, architecture);
  const { file } = translated;
  const tensors = new Map<string, Tensor>();
  for (const [name, spec] of architecture.network.parameters) {
    const data = toMemoryLayout(toFloat32Array(file.tensors.get(name) as TensorEntry), spec);
    tensors.set(name, tf.tensor(data, [...spec.shape], 'float32'));
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
