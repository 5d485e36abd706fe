import type { TensorEntry, TensorFile, TensorInfo } from '@denoiser/safetensors';
import type { ParameterSpec } from './layer';

/**
 * All that tells a file's weights from ours, as tables: the order of axes, the prefixes of networks within others, the older
 * names of parameters. `@denoiser/unet` converts at this border, nobody else.
 */

type Layout = {
  /** Which axes of memory a file's are, in its order; absent: they are the same. */
  readonly fileAxes?: readonly number[];
  /** The shape in memory as three axes, which files have in reverse. */
  readonly folded: (shape: readonly number[]) => readonly [outer: number, middle: number, inner: number];
};

/** How parameters lie in memory, tfjs's way, and in files, PyTorch's. */
const LAYOUTS: Readonly<Record<ParameterSpec['layout'], Layout>> = {
  same: { folded: (shape) => [1, 1, shape.reduce((a, b) => a * b, 1)] },
  /** [in, out] → [out, in] */
  matrix: { fileAxes: [1, 0], folded: ([from, to]) => [from, 1, to] },
  /** HWIO → OIHW */
  filter: { fileAxes: [3, 2, 0, 1], folded: ([height, width, from, to]) => [height * width, from, to] },
};

/** Returns the shape that a parameter has in files. */
export function fileShape({ shape, layout }: ParameterSpec): number[] {
  return LAYOUTS[layout].fileAxes?.map((axis) => shape[axis]) ?? [...shape];
}

/** Returns a copy of a parameter in the layout of files, from that in memory. */
export function toFileLayout(data: Float32Array, { shape, layout }: ParameterSpec): Float32Array {
  const [outer, middle, inner] = LAYOUTS[layout].folded(shape);
  return reverseAxes(data, outer, middle, inner);
}

/** Returns a copy of a parameter in the layout of memory, from that of files: of numbers, or of their bits. */
export function toMemoryLayout<Data extends Float32Array | Uint16Array>(
  data: Data,
  { shape, layout }: ParameterSpec,
): Data {
  const [outer, middle, inner] = LAYOUTS[layout].folded(shape);
  return reverseAxes(data, inner, middle, outer);
}

/** [A, B, C] → [C, B, A] */
function reverseAxes<Data extends Float32Array | Uint16Array>(
  data: Data,
  sizeA: number,
  sizeB: number,
  sizeC: number,
): Data {
  const out = new (data.constructor as new (length: number) => Data)(data.length);
  let at = 0;
  for (let c = 0; c < sizeC; c++) {
    for (let b = 0; b < sizeB; b++) {
      for (let a = 0; a < sizeA; a++) out[at++] = data[(a * sizeB + b) * sizeC + c];
    }
  }
  return out;
}

/** Prefixes that PyTorch's DataParallel and compile, averages of weights and training frameworks put before the names. */
const WRAPPERS = /^((module|ema_model|_orig_mod|model)\.)+$/;

/**
 * Returns a file without the prefixes of a network that was saved within others, such as `module.inc.…` or
 * `ema_model.module.inc.…`. What stands beside it (an optimizer's counters, the weights that were averaged) is left out. Where
 * there are several networks, an average is preferred.
 *
 * @param landmark a parameter that every such network has
 */
export function bareNames(file: TensorFile, landmark: string): TensorFile {
  if (file.tensors.has(landmark)) return file;
  const prefixes = [...file.tensors.keys()]
    .filter((name) => name.endsWith(landmark))
    .map((name) => name.slice(0, -landmark.length))
    .filter((prefix) => WRAPPERS.test(prefix));
  const prefix = prefixes.find((found) => found.includes('ema_model.')) ?? prefixes[0];
  if (prefix === undefined) return file;
  const inside = [...file.tensors].filter(([name]) => name.startsWith(prefix));
  return { ...file, tensors: new Map(inside.map(([name, entry]) => [name.slice(prefix.length), entry])) };
}

/** A parameter in a file of another program: its name there, or one of three of which it is a part. */
export type Source = {
  readonly name: string;
  /** Which third of the file's rows it is. */
  readonly third?: 0 | 1 | 2;
};

/**
 * guided-diffusion's names (Dhariwal & Nichol 2021) of what is in a layer, by diffusers' names: residual blocks, attention, which
 * has queries, keys and values in one, and the ends.
 */
export const ADM_NAMES: Readonly<Record<string, string | readonly [name: string, third: 0 | 1 | 2]>> = {
  norm1: 'in_layers.0',
  conv1: 'in_layers.2',
  time_emb_proj: 'emb_layers.1',
  norm2: 'out_layers.0',
  conv2: 'out_layers.3',
  conv_shortcut: 'skip_connection',
  group_norm: 'norm',
  to_q: ['qkv', 0],
  to_k: ['qkv', 1],
  to_v: ['qkv', 2],
  'to_out.0': 'proj_out',
  conv_in: 'input_blocks.0.0',
  'time_embedding.linear_1': 'time_embed.0',
  'time_embedding.linear_2': 'time_embed.2',
  class_embedding: 'label_emb',
  conv_norm_out: 'out.0',
  conv_out: 'out.2',
};

/** Returns one of the thirds of a tensor's rows, in which they lie head by head. */
export function thirdOf(entry: TensorEntry, third: 0 | 1 | 2, heads: number): TensorEntry {
  const rows = entry.shape[0] / 3;
  const width = entry.data.length / entry.shape[0];
  const run = (rows / heads) * width; // one head's
  const parts = Array.from({ length: heads }, (_, head) => {
    const begin = (3 * head + third) * run;
    return entry.data.subarray(begin, begin + run);
  });
  const data = parts.length === 1 ? parts[0] : joined(parts);
  return { ...entry, shape: [rows, ...entry.shape.slice(1)], data } as TensorEntry;
}

function joined(parts: TensorEntry['data'][]): TensorEntry['data'] {
  const [first] = parts;
  const all = new (first.constructor as new (length: number) => TensorEntry['data'])(parts.length * first.length);
  parts.forEach((part, i) => {
    all.set(part as never, i * first.length);
  });
  return all;
}

/** Parts of names that diffusers had before 0.15, and has in files of that time: attention and shortcuts. */
const OLDER_NAMES: readonly (readonly [older: RegExp, now: string])[] = [
  [/\.query\.(weight|bias)$/, '.to_q.$1'],
  [/\.key\.(weight|bias)$/, '.to_k.$1'],
  [/\.value\.(weight|bias)$/, '.to_v.$1'],
  [/\.proj_attn\.(weight|bias)$/, '.to_out.0.$1'],
  [/\.nin_shortcut\.(weight|bias)$/, '.conv_shortcut.$1'],
  [/\.downsamplers\.0\.op\.(weight|bias)$/, '.downsamplers.0.conv.$1'],
];

/** Returns a tensor without what a convolution of one pixel has beyond a matrix: [out, in, 1, 1] → [out, in]. */
export function asMatrix<Entry extends TensorInfo>(entry: Entry): Entry {
  const [rows, columns, ...ones] = entry.shape;
  return ones.length > 0 && ones.every((size) => size === 1) ? { ...entry, shape: [rows, columns] } : entry;
}

/** Returns a file with diffusers' present names for its former ones. Two of one name stay as they are. */
export function presentNames(file: TensorFile): TensorFile {
  const tensors = new Map<string, TensorEntry>();
  for (const [name, entry] of file.tensors) {
    const now = OLDER_NAMES.reduce((renamed, [older, present]) => renamed.replace(older, present), name);
    tensors.set(file.tensors.has(now) ? name : now, entry);
  }
  return { ...file, tensors };
}
