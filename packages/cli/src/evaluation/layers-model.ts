import { readFileSync, realpathSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { FeatureNetwork } from '@denoiser/pipeline';
import { add, type io, mul, type Tensor, type Tensor4D } from '@tensorflow/tfjs-core';
import { z } from 'zod';
import { atPath, CommandError } from '../errors';
import type { FeatureOptions } from './feature-options';
import { LARGEST_SIDE, MOST_LAYERS } from './limits';

const BYTES = { float32: 4, int32: 4, bool: 1 } as const;
const QUANTIZED = { uint8: 1, uint16: 2, float16: 2 } as const;

/** Of the file that describes a network, without its weights. */
const MOST_JSON = 2 ** 26;

const weightSchema = z.object({
  name: z.string().min(1),
  shape: z
    .array(
      z
        .int()
        .min(0)
        .max(2 ** 31),
    )
    .max(8),
  dtype: z.enum(['float32', 'int32', 'bool']),
  quantization: z
    .object({
      dtype: z.enum(['uint8', 'uint16', 'float16']),
      scale: z.number().optional(),
      min: z.number().optional(),
    })
    .optional(),
});

const modelSchema = z.object({
  format: z.string().optional(),
  modelTopology: z.record(z.string(), z.unknown()),
  weightsManifest: z
    .array(
      z.object({
        paths: z.array(z.string().min(1).max(4096)).max(MOST_LAYERS),
        weights: z.array(weightSchema).max(10 * MOST_LAYERS),
      }),
    )
    .max(MOST_LAYERS),
});

const bad = (path: string, fault: string) => new CommandError('features-invalid', `${path}: ${fault}.`);

/**
 * Opens a tfjs layers model from its model.json and the weight files beside it. What it says of itself is checked first: its
 * form, that its files lie in its own folder, that they have as many bytes as the weights need.
 *
 * @throws DenoiserError where one of these does not hold.
 */
export async function openLayersModel(path: string, options: FeatureOptions): Promise<FeatureNetwork> {
  const artifacts = readArtifacts(path);
  const { loadLayersModel, model: createModel } = await import('@tensorflow/tfjs-layers');
  const whole = await loadLayersModel({ load: async () => artifacts }).catch((error: unknown) => {
    throw bad(path, `tfjs cannot build this model (${reason(error)}); export it anew as a layers model`);
  });
  try {
    const { featureLayer: layer, featureRange: range = '-1:1' } = options;
    const model = layer === undefined ? whole : createModel({ inputs: whole.inputs, outputs: outputOf(whole, layer) });
    const [input, output] = [onlyShape(model.inputs), onlyShape(model.outputs)];
    const [, height, width, channels] = input ?? [];
    if (input?.length !== 4 || !channels) {
      throw bad(
        path,
        `it takes ${shapeText(input)}, where one input of images [batch, height, width, channels] is needed`,
      );
    }
    if (output?.length !== 2 && output?.length !== 4) {
      const advice = "choose another layer's output with --feature-layer";
      throw bad(path, `it gives ${shapeText(output)}, where one output [batch, features] is needed; ${advice}`);
    }
    return {
      channels,
      ...(height && width && { size: [height, width] as const }),
      description: `${path}${layer === undefined ? '' : `, layer ${layer}`}, pixels in ${range}`,
      predict: (images) => model.predict(scale(images, range)) as Tensor,
      dispose: () => whole.dispose(),
    };
  } catch (error) {
    whole.dispose();
    throw error;
  }

  function outputOf(model: typeof whole, name: string) {
    const found = model.layers.find((candidate) => candidate.name === name);
    if (found && !Array.isArray(found.output)) return found.output;
    const last = model.layers
      .slice(-5)
      .map((candidate) => candidate.name)
      .join(', ');
    throw new CommandError(
      'option-invalid',
      `--feature-layer ${name}: ${path} has no such layer with one output; its last ones are ${last}.`,
    );
  }
}

const onlyShape = (tensors: readonly { shape: (number | null)[] }[]): (number | null)[] | undefined =>
  tensors.length === 1 ? tensors[0]?.shape : undefined;

const shapeText = (shape: readonly (number | null)[] | undefined): string =>
  shape ? `[${shape.map((side) => side ?? 'any').join(', ')}]` : 'several tensors';

function scale(images: Tensor4D, range: NonNullable<FeatureOptions['featureRange']>): Tensor4D {
  if (range === '-1:1') return images;
  const half = range === '0:1' ? 0.5 : 127.5;
  return add(mul(images, half), half);
}

function readArtifacts(path: string): io.ModelArtifacts {
  const { size } = atPath('read', path, () => statSync(path));
  if (size > MOST_JSON)
    throw bad(path, `it has ${size} bytes, more than any model.json; give that of a tfjs layers model`);
  let json: unknown;
  try {
    json = JSON.parse(atPath('read', path, () => readFileSync(path, 'utf8')));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw bad(path, `it is not JSON (${error.message}); give the model.json of a tfjs layers model`);
  }
  if (typeof json === 'object' && json !== null && 'format' in json && json.format === 'graph-model') {
    throw bad(path, 'it is a tfjs graph model, not a layers model; convert it with --output_format tfjs_layers_model');
  }
  const result = modelSchema.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw bad(path, `it is no model.json of a tfjs layers model (${issue?.path.join('.')}: ${issue?.message})`);
  }
  const { modelTopology, weightsManifest } = result.data;
  checkTopology(path, modelTopology, Math.max(1, ...weightsManifest.flatMap(sidesOf)));
  const weightSpecs: io.WeightsManifestEntry[] = [];
  const parts: Uint8Array[] = [];
  for (const { paths, weights } of weightsManifest) {
    const files = paths.map((name) => ({ name, ...findBeside(path, name) }));
    const needed = weights.reduce((sum, { shape, dtype, quantization }) => {
      const each = quantization ? QUANTIZED[quantization.dtype] : BYTES[dtype];
      return sum + shape.reduce((product, side) => product * side, each);
    }, 0);
    const got = files.reduce((sum, { size }) => sum + size, 0);
    if (got !== needed) {
      const names = files.map(({ name }) => name).join(', ');
      throw bad(
        path,
        `its weights need ${needed} bytes, but ${names} ${files.length > 1 ? 'have' : 'has'} ${got}; copy them anew`,
      );
    }
    if (needed > totalmem()) throw bad(path, `its weights need ${needed} bytes, more than this machine has`);
    // The schema has checked them; zod's own optional fields are undefined, not absent.
    weightSpecs.push(...(weights as io.WeightsManifestEntry[]));
    parts.push(...files.map(({ file }) => atPath('read', file, () => readFileSync(file))));
  }
  const weightData = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    weightData.set(part, at);
    at += part.byteLength;
  }
  return { modelTopology, weightSpecs, weightData: weightData.buffer, format: 'layers-model' };
}

const sidesOf = ({ weights }: { weights: readonly { shape: readonly number[] }[] }): number[] =>
  weights.map(({ shape }) => Math.max(1, ...shape));

/** What makes a layer large, by tfjs's names. */
const SIZES = ['units', 'filters', 'input_dim', 'output_dim', 'inputDim', 'outputDim'];
const INPUT_SHAPES = ['batch_input_shape', 'batchInputShape', 'batch_shape'];

/** tfjs makes every layer before it looks at the weights: one that is larger than all of them, or a long row, is refused. */
function checkTopology(path: string, topology: unknown, largest: number): void {
  let layers = 0;
  const waiting: unknown[] = [topology];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    if ('class_name' in value && ++layers > 4 * MOST_LAYERS) throw bad(path, 'it has more layers than any network');
    for (const [key, inside] of Object.entries(value)) {
      if (SIZES.includes(key) && typeof inside === 'number' && !(inside <= largest)) {
        throw bad(path, `a layer has ${key} ${inside}, but its largest weight only ${largest}; export it anew`);
      }
      const side = INPUT_SHAPES.includes(key) ? [inside].flat().find((side) => Number(side) > LARGEST_SIDE) : undefined;
      if (side !== undefined)
        throw bad(path, `it takes images of a side of ${side}, and up to ${LARGEST_SIDE} are taken`);
      waiting.push(inside);
    }
  }
}

/** Finds a weight file and its size; a name or a link that leads out of the model's folder is refused. */
function findBeside(path: string, name: string): { file: string; size: number } {
  const outside = () =>
    bad(path, `it names the weight file ${JSON.stringify(name)}, which does not lie in its own folder`);
  const inside = normalize(name);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f]/.test(name) || isAbsolute(inside) || inside.split(sep)[0] === '..' || /^[a-z]+:/i.test(name)) {
    throw outside();
  }
  const file = join(dirname(path), inside);
  return atPath('read', file, () => {
    const folder = realpathSync(dirname(path));
    if (!realpathSync(file).startsWith(folder.endsWith(sep) ? folder : folder + sep)) throw outside();
    const info = statSync(file);
    if (!info.isFile()) throw bad(path, `its weight file ${JSON.stringify(name)} is not a file`);
    return { file, size: info.size };
  });
}

const reason = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.$/, '') ?? 'unknown';
