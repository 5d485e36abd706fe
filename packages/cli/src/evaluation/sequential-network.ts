import { readFileSync } from 'node:fs';
import { isDenoiserError } from '@denoiser/errors';
import { conv2d, gelu, type ImageShape, linear, silu } from '@denoiser/ops';
import type { FeatureNetwork } from '@denoiser/pipeline';
import { readSafetensors, type TensorFile, toFloat32Array } from '@denoiser/safetensors';
import {
  add,
  avgPool,
  dispose,
  div,
  maxPool,
  mean,
  mul,
  relu,
  reshape,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor,
  tidy,
  transpose,
} from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { atPath, CommandError } from '../errors';
import { LARGEST_SIDE, MOST_LAYERS } from './limits';

/** The metadata's key of the description. */
const KEY = 'denoiser.features';

const weights = { weight: z.string(), bias: z.string().optional() };
const pool = {
  size: z.int().min(1).max(LARGEST_SIDE),
  stride: z.int().min(1).max(LARGEST_SIDE).optional(),
};
const layerSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('conv'),
    ...weights,
    stride: z.union([z.literal(1), z.literal(2)]).default(1),
    padding: z.int().min(0).max(LARGEST_SIDE).default(0),
  }),
  z.strictObject({ type: z.literal('linear'), ...weights }),
  z.strictObject({ type: z.literal('max-pool'), ...pool }),
  z.strictObject({ type: z.literal('average-pool'), ...pool }),
  z.strictObject({ type: z.enum(['relu', 'gelu', 'silu', 'flatten', 'global-average']) }),
]);
const side = z.int().min(1).max(LARGEST_SIDE);
const descriptionSchema = z.strictObject({
  format: z.literal(1),
  input: z.strictObject({
    channels: z.union([z.literal(1), z.literal(3)]),
    size: z.union([side, z.tuple([side, side])]).optional(),
    /** Of pixels in [0, 1]. */
    mean: z.array(z.number()).optional(),
    std: z.array(z.number().positive()).optional(),
  }),
  layers: z.array(layerSchema).min(1).max(MOST_LAYERS),
});
type LayerDescription = z.infer<typeof layerSchema>;

/** [h, w, c] of images, or [d] of vectors. */
type Shape = readonly number[];
type Step = (x: Tensor) => Tensor;

const bad = (fault: string) => new CommandError('features-invalid', fault);

/**
 * Opens a network of plain layers from a safetensors file that describes them, as docs/feature-networks.md has it.
 *
 * @throws DenoiserError where the description or the weights do not fit.
 */
export function openSequentialNetwork(path: string, imageShape: ImageShape): FeatureNetwork {
  const bytes = atPath('read', path, () => readFileSync(path));
  try {
    return build(path, readSafetensors(bytes), imageShape);
  } catch (error) {
    if (!isDenoiserError(error)) throw error;
    throw bad(`${path}: ${error.message}`);
  }
}

function build(path: string, file: TensorFile, imageShape: ImageShape): FeatureNetwork {
  const { input, layers } = readDescription(file);
  const { channels } = input;
  const size = input.size === undefined ? undefined : ([input.size].flat() as [number, number?]);
  const [height, width] = size ? [size[0], size[1] ?? size[0]] : imageShape;
  for (const [name, values] of Object.entries({ mean: input.mean, std: input.std })) {
    if (values && values.length !== channels) {
      throw bad(`input.${name} has ${values.length} values for ${channels} channels; give one each.`);
    }
  }
  const kept: Tensor[] = [];
  const steps: Step[] = [];
  try {
    let shape: Shape = [height, width, channels];
    layers.forEach((layer, i) => {
      const made = makeLayer(layer, shape, `layer ${i} (${layer.type})`, file);
      kept.push(...made.tensors);
      steps.push(made.step);
      shape = made.shape;
    });
  } catch (error) {
    dispose(kept);
    throw error;
  }
  return {
    channels,
    ...(size && { size: [height, width] as const }),
    description: `${path}, ${layers.length} layers`,
    predict: (images) =>
      tidy(() => {
        const pixels = add(mul(images, 0.5), 0.5); // [0, 1]
        const centred = input.mean ? sub(pixels, tensor(input.mean)) : pixels;
        const normalized: Tensor = input.std ? div(centred, tensor(input.std)) : centred;
        return steps.reduce((x, step) => step(x), normalized);
      }),
    dispose: () => dispose(kept),
  };
}

function readDescription({ metadata }: TensorFile): z.infer<typeof descriptionSchema> {
  const text = metadata[KEY];
  if (text === undefined) {
    throw bad(`its metadata have no ${KEY}, which says what layers its tensors are of; see docs/feature-networks.md.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw bad(`its ${KEY} is not JSON (${(error as Error).message}); mend it.`);
  }
  const result = descriptionSchema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw bad(`its ${KEY} is not as it should be (${issue?.path.join('.') || 'the whole'}: ${issue?.message}); mend it.`);
}

type Made = { step: Step; shape: Shape; tensors: Tensor[] };

/** A layer for inputs of a shape; throws a sentence that begins with `where` if they do not fit. */
function makeLayer(layer: LayerDescription, shape: Shape, where: string, file: TensorFile): Made {
  const [height, width, channels] = shape as ImageShape;
  const needImages = () => {
    if (shape.length !== 3) throw bad(`${where} takes images, but the layer before gives vectors; mend the order.`);
  };
  switch (layer.type) {
    case 'conv': {
      needImages();
      const { stride, padding } = layer;
      const { values: filter, shape: found } = parameter(file, layer.weight, 4, where);
      const [out, into, kh, kw] = found as [number, number, number, number];
      if (into !== channels) throw bad(`${where}: ${layer.weight} takes ${into} channels, but gets ${channels}.`);
      const after = [kh, kw].map((k, i) => Math.floor(((shape[i] as number) + 2 * padding - k) / stride) + 1);
      checkSides(after, where, height, width);
      const bias = biasOf(file, layer.bias, out, where);
      const hwio = tidy(() => transpose(tensor(filter, [out, into, kh, kw]), [2, 3, 1, 0])) as Tensor4D;
      return {
        step: (x) => conv2d(x as Tensor4D, hwio, { stride, padding, ...(bias && { bias }) }),
        shape: [...after, out],
        tensors: bias ? [hwio, bias] : [hwio],
      };
    }
    case 'linear': {
      if (shape.length !== 1) throw bad(`${where} takes vectors; put flatten or global-average before it.`);
      const { values, shape: found } = parameter(file, layer.weight, 2, where);
      const [out, into] = found as [number, number];
      if (into !== shape[0]) throw bad(`${where}: ${layer.weight} takes ${into} values, but gets ${shape[0]}.`);
      const bias = biasOf(file, layer.bias, out, where);
      const matrix = tidy(() => transpose(tensor(values, [out, into]))) as Tensor2D;
      return {
        step: (x) => linear(x, matrix, bias),
        shape: [out],
        tensors: bias ? [matrix, bias] : [matrix],
      };
    }
    case 'max-pool':
    case 'average-pool': {
      needImages();
      const { size, stride = size } = layer;
      const after = [height, width].map((length) => Math.floor((length - size) / stride) + 1);
      checkSides(after, where, height, width);
      const operation = layer.type === 'max-pool' ? maxPool : avgPool;
      return {
        step: (x) => operation(x as Tensor4D, size, stride, 'valid'),
        shape: [...after, channels],
        tensors: [],
      };
    }
    case 'flatten':
      needImages();
      return {
        step: (x) => reshape(transpose(x, [0, 3, 1, 2]), [x.shape[0], height * width * channels]),
        shape: [height * width * channels],
        tensors: [],
      };
    case 'global-average':
      needImages();
      return { step: (x) => mean(x, [1, 2]), shape: [channels], tensors: [] };
    default:
      return { step: ACTIVATIONS[layer.type], shape, tensors: [] };
  }
}

const ACTIVATIONS: Record<'relu' | 'gelu' | 'silu', Step> = { relu, gelu, silu };

function checkSides(after: readonly number[], where: string, height: number, width: number): void {
  const large = after.find((length) => length > LARGEST_SIDE);
  if (large !== undefined)
    throw bad(`${where}: its output has a side of ${large}, more than ${LARGEST_SIDE}; mend its padding.`);
  if (after.every((length) => length >= 1)) return;
  throw bad(`${where}: images of ${height}×${width} are too small for it; give input.size in the description.`);
}

function parameter(file: TensorFile, name: string, rank: number, where: string) {
  const entry = file.tensors.get(name);
  if (!entry) throw bad(`${where}: the file has no tensor ${JSON.stringify(name)}; mend the name.`);
  if (entry.shape.length !== rank || entry.shape.includes(0)) {
    throw bad(`${where}: ${name} is [${entry.shape.join(', ')}], where ${rank} dimensions are needed.`);
  }
  return { values: toFloat32Array(entry), shape: entry.shape };
}

function biasOf(file: TensorFile, name: string | undefined, size: number, where: string): Tensor1D | undefined {
  if (name === undefined) return undefined;
  const { values, shape } = parameter(file, name, 1, where);
  if (shape[0] !== size) throw bad(`${where}: ${name} has ${shape[0]} values, where ${size} are needed.`);
  return tensor(values, [size]) as Tensor1D;
}
