import { quote } from '@denoiser/errors';
import type { ByteSource } from '@denoiser/safetensors';
import { PyTorchError } from './errors';
import type { OpenForm } from './open-form';
import { pickleDamaged } from './pickle/cursor';
import { MOST_PICKLE_BYTES } from './pickle/limits';
import { unpickle } from './pickle/unpickle';
import { storageOf } from './storage-of';
import { Tensors } from './tensors';
import { createWorld } from './world';
import { readZipDirectory, readZipEntry, type ZipEntry } from './zip';

/**
 * Opens the form of `torch.save` since PyTorch 1.6: an archive of `data.pkl` and a file for each storage.
 *
 * @throws DenoiserError
 */
export async function openZipForm(source: ByteSource): Promise<OpenForm> {
  const entries = await readZipDirectory(source);
  const folder = folderOf(entries);
  const byteOrder = entries.get(`${folder}/byteorder`);
  if (byteOrder && byteOrder.size < 100) {
    const order = new TextDecoder().decode(await readZipEntry(source, byteOrder)).trim();
    if (order !== 'little') {
      throw new PyTorchError(
        'file-unreadable',
        `The file has its numbers in the byte order ${quote(order)}; save it anew on a little-endian machine.`,
      );
    }
  }
  const pickle = entries.get(`${folder}/data.pkl`) as ZipEntry;
  if (pickle.size > MOST_PICKLE_BYTES) throw pickleDamaged(`it is longer than ${MOST_PICKLE_BYTES} bytes`);
  const tensors = new Tensors(source.length);
  const entryOf = (key: string): ZipEntry => {
    const entry = entries.get(`${folder}/data/${key}`);
    if (!entry) throw pickleDamaged(`it has a tensor of the storage ${quote(key)}, which is missing`);
    return entry;
  };
  const world = createWorld(tensors, (id) => {
    const storage = storageOf(id);
    const bytes = storage.length * storage.type.Numbers.BYTES_PER_ELEMENT;
    const { size } = entryOf(storage.key);
    if (bytes > size) {
      throw pickleDamaged(`its storage ${quote(storage.key)} has ${size} bytes of ${bytes}`);
    }
    return storage;
  });
  const { value } = unpickle(await readZipEntry(source, pickle), 0, world);
  return { value, tensors, readStorage: (key, begin, end) => readZipEntry(source, entryOf(key), begin, end) };
}

/** The one folder that everything in the archive stands in. */
function folderOf(entries: ReadonlyMap<string, ZipEntry>): string {
  const folders = [...entries.keys()]
    .filter((name) => /^[^/]*\/data\.pkl$/.test(name))
    .map((name) => name.split('/')[0]);
  const [folder] = folders;
  if (folder === undefined || folders.length > 1) {
    throw new PyTorchError(
      'file-unreadable',
      'The file is an archive, but none that torch.save writes; choose another file.',
    );
  }
  if (entries.has(`${folder}/constants.pkl`)) {
    throw new PyTorchError(
      'file-unreadable',
      'The file is a program of TorchScript, of torch.jit.save; save its weights, with torch.save(model.state_dict(), …).',
    );
  }
  return folder;
}
