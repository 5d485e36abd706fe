import { isCount } from './is-count';
import { pickleDamaged } from './pickle/cursor';
import { Storage } from './storage-types';
import { StorageClass } from './world';

/**
 * The storage of a persistent id: `('storage', class, key, device, elements)`, and in old files what part of another storage it is:
 * `(key, offset, elements)`.
 */
export function storageOf(id: unknown): Storage {
  if (!Array.isArray(id) || id[0] !== 'storage')
    throw pickleDamaged('it refers to something outside that is no storage');
  const [, storageClass, key, , length] = id as unknown[];
  if (!(storageClass instanceof StorageClass) || typeof key !== 'string' || !isCount(length)) {
    throw pickleDamaged('it has a storage that is none');
  }
  return new Storage(key, storageClass.type, length);
}
