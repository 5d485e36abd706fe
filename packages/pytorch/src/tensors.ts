import type { TensorEntry } from '@denoiser/safetensors';
import { PyTorchError } from './errors';
import { isCount } from './is-count';
import { Storage } from './storage-types';
import { endOf, gather, isContiguous, type Layout, sizeOf } from './strided';

const MOST_AXES = 64;
/** Of copies of what does not stand in row-major order, beside twice the file: weights and optimizer, each in another order. */
const SPARE_COPIES = 2 ** 24;

type View = { readonly storage: Storage; readonly layout: Layout };

/** Reads the bytes of a storage from `begin` to below `end`. */
export type ReadStorage = (key: string, begin: number, end: number) => Uint8Array | Promise<Uint8Array>;

/** The tensors of one file: their places while its pickle is read, their numbers afterwards. */
export class Tensors {
  readonly #views = new Map<TensorEntry, View>();
  readonly #mostCopied: number;
  #copied = 0;

  constructor(fileSize: number) {
    this.#mostCopied = 2 * fileSize + SPARE_COPIES;
  }

  /** A view of a storage, with its numbers to come; torch._utils._rebuild_tensor_v2. */
  add(storage: unknown, offset: unknown, shape: unknown, strides: unknown): TensorEntry {
    if (!(storage instanceof Storage)) throw invalid('has no storage');
    if (!isCount(offset) || !isSizes(shape) || !isSizes(strides) || shape.length !== strides.length) {
      throw invalid('has an offset, a shape or strides that no tensor has');
    }
    const layout = { offset, shape: [...shape], strides: [...strides] }; // lists of a pickle may still be changed by it
    const { length, type } = storage;
    const [elements, end] = [sizeOf(layout.shape), endOf(layout)];
    if (!(Number.isSafeInteger(elements) && end <= length)) {
      const text = `[${layout.shape.join(', ')}]`.slice(0, 200);
      throw invalid(`of the shape ${text} reaches beyond its storage of ${length} elements`);
    }
    if (!isContiguous(layout)) {
      this.#copied += elements * type.Numbers.BYTES_PER_ELEMENT;
      if (this.#copied > this.#mostCopied) throw invalid('or several together are larger than the file by far');
    }
    const tensor = { dtype: type.dtype, shape: layout.shape, data: new type.Numbers(0) } as TensorEntry;
    this.#views.set(tensor, { storage, layout });
    return tensor;
  }

  /**
   * Gives all tensors their numbers, each storage read once; those of one storage share them, as in PyTorch, where they stand in
   * row-major order.
   */
  async fill(read: ReadStorage): Promise<void> {
    const byKey = new Map<string, [TensorEntry, View][]>();
    for (const [tensor, view] of this.#views) {
      const views = byKey.get(view.storage.key);
      if (views) views.push([tensor, view]);
      else byKey.set(view.storage.key, [[tensor, view]]);
    }
    for (const [key, views] of byKey) {
      const length = views.reduce((most, [, { storage }]) => Math.max(most, storage.end), 0);
      const bytes = aligned(await read(key, 0, length));
      for (const [tensor, { storage, layout }] of views) tensor.data = numbersOf(bytes, storage, layout) as never;
    }
  }

  /** Returns a tensor with its numbers: of its storage the part that it is a view of is read. */
  async read(tensor: TensorEntry, read: ReadStorage): Promise<TensorEntry> {
    const { storage, layout } = this.#views.get(tensor) as View;
    const { key, type, start } = storage;
    const width = type.Numbers.BYTES_PER_ELEMENT;
    const [first, end] = [start + layout.offset, start + endOf(layout)];
    const bytes = aligned(await read(key, first * width, end * width));
    const data = numbersOf(bytes, new Storage(key, type, end - first), { ...layout, offset: 0 });
    return { dtype: tensor.dtype, shape: tensor.shape, data } as TensorEntry;
  }
}

function numbersOf(bytes: Uint8Array, { type, start, length }: Storage, layout: Layout): TensorEntry['data'] {
  const { Numbers } = type;
  const whole = new Numbers(bytes.buffer as ArrayBuffer, bytes.byteOffset + start * Numbers.BYTES_PER_ELEMENT, length);
  const elements = sizeOf(layout.shape);
  if (isContiguous(layout)) return whole.subarray(layout.offset, layout.offset + elements);
  const copy = new Numbers(elements);
  gather<number | bigint>(whole, copy, layout);
  return copy;
}

/** The bytes, at an address from which numbers of any type can be read. */
const aligned = (bytes: Uint8Array): Uint8Array =>
  bytes.byteOffset % 8 === 0 ? bytes : Uint8Array.prototype.slice.call(bytes); // a Buffer's own slice is a view

const isSizes = (value: unknown): value is number[] =>
  Array.isArray(value) && value.length <= MOST_AXES && value.every(isCount);

function invalid(what: string): InstanceType<typeof PyTorchError> {
  return new PyTorchError(
    'tensor-invalid',
    `A tensor of the file ${what}; the file is damaged, so copy or save it anew.`,
  );
}
