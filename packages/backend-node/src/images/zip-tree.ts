import { badImage } from './bad-image';
import { formatOf, SIGNATURE_BYTES } from './formats';
import { type ImageTree, MAX_IMAGE_BYTES, tooLarge } from './image-tree';
import { readZip, type ZipEntry } from './zip';

type Folder = { folders: Set<string>; files: Map<string, ZipEntry>; others: { name: string; reason: string }[] };

/** Larger entries are looked at before they are inflated. */
const LOOKED_AT = 2 ** 20;

/**
 * Opens a ZIP archive as the tree of folders that unpacking it would make: of several entries of one name the last one counts.
 *
 * @throws DenoiserError if it is none, or damaged.
 */
export async function zipTree(path: string): Promise<ImageTree> {
  const folders = new Map<string, Folder>([['', emptyFolder()]]);
  const folderAt = (name: string): Folder => {
    const known = folders.get(name);
    if (known) return known;
    const made = emptyFolder();
    folders.set(name, made);
    const { above, last } = split(name);
    folderAt(above).folders.add(last);
    return made;
  };
  for (const entry of await readZip(path)) {
    const parts = entry.name.split('/').filter((part) => part !== '' && part !== '.');
    if (parts.length === 0) continue;
    if (parts.includes('..')) {
      folderAt('').others.push({ name: entry.name, reason: 'its path leads out of the archive' });
    } else if (entry.name.endsWith('/')) folderAt(parts.join('/'));
    else {
      const { above, last } = split(parts.join('/'));
      const folder = folderAt(above);
      if (entry.isLink) folder.others.push({ name: last, reason: 'a link' });
      else {
        if (folder.files.has(last)) folder.others.push({ name: last, reason: 'a later one has its name' });
        folder.files.set(last, entry);
      }
    }
  }
  const place = (name: string) => (name === '' ? path : `${path}/${name}`);
  const entryOf = (name: string): ZipEntry => {
    const { above, last } = split(name);
    const entry = folders.get(above)?.files.get(last);
    if (!entry) throw new RangeError(`There is no ${place(name)}.`);
    return entry;
  };
  return {
    folderWord: 'folders',
    place,
    async list(name) {
      const { folders: below, files, others } = folders.get(name) ?? emptyFolder();
      return { folders: [...below].sort(), files: [...files.keys()].sort(), others };
    },
    start: (name) => entryOf(name).start(SIGNATURE_BYTES),
    async read(name) {
      const entry = entryOf(name);
      if (entry.size > MAX_IMAGE_BYTES) throw badImage(place(name), tooLarge(entry.size));
      if (entry.size > LOOKED_AT && formatOf(await entry.start(SIGNATURE_BYTES)) === undefined) {
        throw badImage(place(name), 'it is not an image');
      }
      return entry.read();
    },
  };
}

const emptyFolder = (): Folder => ({ folders: new Set(), files: new Map(), others: [] });

function split(name: string): { above: string; last: string } {
  const at = name.lastIndexOf('/');
  return { above: name.slice(0, Math.max(0, at)), last: name.slice(at + 1) };
}
