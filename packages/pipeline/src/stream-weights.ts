import {
  convertTensor,
  type FloatDType,
  type SafetensorsStream,
  streamSafetensors,
  type TensorEntry,
} from '@denoiser/safetensors';
import { optionInvalid } from './check-options';
import { firstNotFinite } from './finite';
import type { ModelFile } from './model-file';

/**
 * Returns a model's weights as the bytes of a safetensors file, tensor by tensor, with their bits or, with a `dtype`, their numbers
 * as that type has them. `openModel` opens the file as the model.
 *
 * @throws DenoiserError where a number is too large for the type.
 */
export function streamWeights({ weights }: ModelFile, { dtype }: { dtype?: FloatDType } = {}): SafetensorsStream {
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
  throw optionInvalid(
    `\`dtype\` ${dtype} has no number as large as one of ${name}; take ${dtype === 'F16' ? 'BF16' : 'F32'}.`,
  );
}
