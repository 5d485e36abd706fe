import { type ByteSource, checkSource, memorySource, type TensorEntry } from '@denoiser/safetensors';
import { checkTree } from './check-tree';
import { PyTorchError } from './errors';
import type { OpenForm } from './open-form';
import { openLegacyForm } from './open-legacy-form';
import { openZipForm } from './open-zip-form';
import { OP } from './pickle/opcodes';
import type { PyTorchValue } from './values';

const PICKLE = 0x80;
const BEGINNING = 512;

/**
 * Reads a file of `torch.save`, of PyTorch 1.6 and later or before, without executing anything: a file can name a few classes,
 * each of which is a few lines here, and every other name is refused. Tensors are views of `source`, or of what was read
 * of it, wherever they stand there in row-major order: don't change them while they are in use.
 *
 * @param source the file in memory, or something that reads parts of it.
 * @throws DenoiserError `file-unreadable` for other files, `pickle-refused` for names that weights have no use for, others
 * where it is damaged.
 */
export async function readPyTorch(source: Uint8Array | ByteSource): Promise<PyTorchValue> {
  const { value, tensors, readStorage } = await openForm('readPyTorch', source);
  await tensors.fill(readStorage);
  return value;
}

/** A file of `torch.save` whose tensors are read one by one. */
export interface OpenPyTorch {
  /** What was saved. Its tensors have type and shape, and no numbers. */
  readonly value: PyTorchValue;
  /** Reads a tensor of the value. */
  read(tensor: TensorEntry): Promise<TensorEntry>;
}

/**
 * Opens a file of `torch.save` as `readPyTorch` reads it, but for the tensors, each of which is read when it is asked for.
 * Files of PyTorch before 1.6 don't say where their parts stand, and are read as a whole.
 *
 * @throws DenoiserError as `readPyTorch`.
 */
export async function openPyTorch(source: Uint8Array | ByteSource): Promise<OpenPyTorch> {
  const { value, tensors, readStorage } = await openForm('openPyTorch', source);
  return { value, read: (tensor) => tensors.read(tensor, readStorage) };
}

async function openForm(reader: string, source: Uint8Array | ByteSource): Promise<OpenForm & { value: PyTorchValue }> {
  const file = source instanceof Uint8Array ? memorySource(source) : source;
  checkSource(reader, file);
  const beginning = await file.read(0, Math.min(BEGINNING, file.length));
  const { value, ...form } = isZip(beginning)
    ? await openZipForm(file)
    : beginning[0] === PICKLE
      ? await openLegacyForm(file)
      : refuse(beginning);
  checkTree(value);
  return { value, ...form };
}

/** Returns whether a file begins as those of `torch.save` do: an archive, or a pickle of a long number. */
export function isPyTorchFile(beginning: Uint8Array): boolean {
  if (isZip(beginning)) return true;
  const [pickle, protocol, instruction, length] = beginning;
  // A safetensors file may begin with the first two, as the length of its header, but no header is so long with all four.
  const isNumber = (instruction === OP.LONG1 || instruction === OP.FRAME) && length >= 6;
  return pickle === PICKLE && protocol >= 2 && protocol <= 5 && isNumber;
}

const isZip = ([p, k, three, four]: Uint8Array): boolean => p === 0x50 && k === 0x4b && three === 3 && four === 4;

function refuse(beginning: Uint8Array): never {
  const isTar = new TextDecoder('latin1').decode(beginning.subarray(257, 262)) === 'ustar';
  const what = isTar ? 'of PyTorch before 0.2, a tar archive' : 'no file of torch.save';
  throw new PyTorchError(
    'file-unreadable',
    `The file is ${what}; choose another one, or save it anew with torch.save.`,
  );
}
