import { quote } from '@denoiser/errors';
import type { ByteSource } from '@denoiser/safetensors';
import { PyTorchError } from './errors';
import { isCount } from './is-count';
import type { OpenForm } from './open-form';
import { pickleDamaged } from './pickle/cursor';
import { type PickleWorld, unpickle } from './pickle/unpickle';
import { storageOf } from './storage-of';
import { Storage } from './storage-types';
import { Tensors } from './tensors';
import { viewOf } from './view-of';
import { createWorld } from './world';

const MAGIC = 0x1950a86a20f9469cfc6cn;
const PROTOCOL = 1001;
const LENGTH_BYTES = 8;

/**
 * Opens the form of `torch.save` before PyTorch 1.6: five pickles (a mark, the form's version, the machine, the value, the keys
 * of the storages), then the storages, each after its length. The file is read at once, as only its pickles say where it goes on.
 *
 * @throws DenoiserError
 */
export async function openLegacyForm(source: ByteSource): Promise<OpenForm> {
  const bytes = await source.read(0, source.length);
  let at = 0;
  /** Of what stands beside the value: numbers and texts only. */
  const plain = createWorld(new Tensors(0), () => {
    throw pickleDamaged('it has a tensor where none can be');
  });
  const next = (world: PickleWorld): unknown => {
    const { value, end } = unpickle(bytes, at, world);
    at = end;
    return value;
  };
  checkMagic(next(plain));
  checkForm(next(plain), next(plain));

  const tensors = new Tensors(bytes.length);
  /** Every storage by its key; parts of one are of it. */
  const storages = new Map<string, Storage>();
  const value = next(
    createWorld(tensors, (id) => {
      const whole = storageOf(id);
      const known = storages.get(whole.key);
      if (known && (known.type !== whole.type || known.length !== whole.length)) {
        throw pickleDamaged(`it describes its storage ${quote(whole.key)} in two ways`);
      }
      storages.set(whole.key, whole);
      return partOf(whole, (id as unknown[])[5]);
    }),
  );

  const keys = next(plain);
  if (!Array.isArray(keys)) throw pickleDamaged('it has no list of its storages');
  const places = new Map<string, [begin: number, end: number]>();
  for (const key of keys as unknown[]) {
    const storage = typeof key === 'string' ? storages.get(key) : undefined;
    if (!storage) throw pickleDamaged('it lists a storage that no tensor has');
    if (places.has(storage.key)) throw pickleDamaged(`it lists its storage ${quote(storage.key)} twice`);
    if (at + LENGTH_BYTES > bytes.length) throw cutOff();
    const length = Number(viewOf(bytes).getBigInt64(at, true));
    const begin = at + LENGTH_BYTES;
    at = begin + storage.length * storage.type.Numbers.BYTES_PER_ELEMENT;
    if (length !== storage.length)
      throw pickleDamaged(`its storage ${quote(storage.key)} has another length than it says`);
    if (at > bytes.length) throw cutOff();
    places.set(storage.key, [begin, at]);
  }
  const missing = [...storages.keys()].find((key) => !places.has(key));
  if (missing !== undefined) {
    throw pickleDamaged(`it has a tensor of the storage ${quote(missing)}, which is missing`);
  }
  const placeOf = (key: string) => places.get(key) as [number, number];
  return {
    value,
    tensors,
    readStorage: (key, begin, end) => bytes.subarray(placeOf(key)[0] + begin, placeOf(key)[0] + end),
  };
}

function checkMagic(magic: unknown): void {
  if (magic !== MAGIC) {
    throw new PyTorchError(
      'file-unreadable',
      'The file is a pickle, but none that torch.save writes; choose another file.',
    );
  }
}

function checkForm(protocol: unknown, machine: unknown): void {
  if (protocol !== PROTOCOL) {
    throw new PyTorchError('file-unreadable', 'The file is of a form of torch.save that is not known; save it anew.');
  }
  if (machine instanceof Map && machine.get('little_endian') === false) {
    throw new PyTorchError(
      'file-unreadable',
      'The file has its numbers in the byte order of a big-endian machine; save it anew on a little-endian one.',
    );
  }
}

/** The part of a storage that is a storage of its own in files before PyTorch 0.4: `(key, offset, elements)`. */
function partOf(whole: Storage, view: unknown): Storage {
  if (view === null || view === undefined) return whole;
  const [, offset, length] = Array.isArray(view) ? (view as unknown[]) : [];
  if (!isCount(offset) || !isCount(length) || offset + length > whole.length) {
    throw pickleDamaged(`it has a part that its storage ${quote(whole.key)} has not`);
  }
  return new Storage(whole.key, whole.type, length, offset);
}

const cutOff = () =>
  new PyTorchError('file-damaged', 'The file is cut off: it ends within a storage; copy or save it anew.');
