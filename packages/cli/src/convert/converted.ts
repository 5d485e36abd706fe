import { firstNotFinite, type ModelFile } from '@denoiser/backend-node';
import {
  convertTensor,
  type FloatDType,
  type SafetensorsStream,
  streamSafetensors,
  type TensorEntry,
} from '@denoiser/safetensors';
import { CommandError } from '../errors';

/**
 * Returns the bytes of a model's weights as a safetensors file, tensor by tensor, with their numbers as this type has them.
 *
 * @throws DenoiserError where a number is too large for the type.
 */
export function convertedWeights({ weights }: ModelFile, dtype: FloatDType | undefined): SafetensorsStream {
  const { metadata } = weights;
  const tensors = new Map(
    Array.from(weights.tensors, ([name, info]) => [name, { ...info, dtype: dtype ?? info.dtype }] as const),
  );
  return streamSafetensors({ metadata, tensors }, async (name) => {
    const entry = await weights.read(name);
    return dtype === undefined ? entry : converted(name, entry, dtype);
  });
}

function converted(name: string, entry: TensorEntry, dtype: FloatDType): TensorEntry {
  const made = convertTensor(entry, dtype);
  if (firstNotFinite(made) < 0) return made;
  throw new CommandError(
    'option-invalid',
    `--dtype ${dtype.toLowerCase()} has no number as large as one of ${name}; take ${dtype === 'F16' ? 'bf16' : 'f32'}.`,
  );
}
