import { DenoiserError } from '@denoiser/errors';
import { isLitter } from '@denoiser/trainer/image-names';
import { NodeError } from '../errors';
import { CONFIG, isRun, RUN_FOLDERS } from '../files/run-folder';
import { EXCLUDED } from './disk-tree';
import { formatOf, hasImageExtension, isReadable } from './formats';
import { type ImageTree, inFolder, type Listing, type SkippedFile } from './image-tree';

export type ImageFile = {
  /** Where it is, for people and for finding it again. */
  readonly file: string;
  /** Its path from the folder or archive on, with slashes. */
  readonly name: string;
  readonly label: number;
  readonly read: () => Promise<Uint8Array>;
};

export type Scan = {
  readonly images: readonly ImageFile[];
  readonly classNames: readonly string[];
  readonly skipped: readonly SkippedFile[];
};

const LITTER = 'a hidden or system file';
const RUN = 'a run of denoiser, with pictures of its own';
const OUTSIDE = 'not in the folder of a class';

/**
 * Finds the images of a tree: files first, then subfolders, each by name. With `conditional` each subfolder is a class,
 * numbered by name as torchvision's ImageFolder does; folders around all of them don't count. Otherwise labels are −1. What
 * is no image by name nor by content is skipped, with the reason; so are runs of this program, whose grids are no data.
 *
 * @throws DenoiserError if there is no image, or a class without images.
 */
export async function scanImages(tree: ImageTree, { conditional }: { conditional: boolean }): Promise<Scan> {
  const look = lookInto(tree);
  const imageOf = (name: string, label: number): ImageFile => ({
    file: tree.place(name),
    name,
    label,
    read: () => tree.read(name),
  });
  if (!conditional) {
    const names = await look.imagesBelow('');
    if (names.length === 0) throw emptyFolder(tree.place(''), look.skipped);
    return { images: names.map((name) => imageOf(name, -1)), classNames: [], skipped: look.skipped };
  }
  const { top, folders } = await classFolders(tree, look);
  const images: ImageFile[] = [];
  const classNames: string[] = [];
  for (const folder of folders) {
    const before = look.skipped.length;
    const inClass = await look.imagesBelow(inFolder(top, folder));
    if (inClass.length === 0) {
      if (isOurs(look.skipped.slice(before))) continue;
      throw emptyClass(tree.place(inFolder(top, folder)));
    }
    for (const name of inClass) images.push(imageOf(name, classNames.length));
    classNames.push(folder);
  }
  if (classNames.length === 0) throw noClasses(tree, top);
  return { images, classNames, skipped: look.skipped };
}

/** The folder whose subfolders are the classes: the root, or what lies in it alone and holds folders. */
async function classFolders(tree: ImageTree, look: Look): Promise<{ top: string; folders: readonly string[] }> {
  let top = '';
  let listing = await look.list(top);
  for (;;) {
    for (const name of listing.files) look.skip(inFolder(top, name), OUTSIDE);
    if (listing.folders.length !== 1) break;
    const only = inFolder(top, listing.folders[0]);
    const within = await tree.list(only);
    const folders = within.folders.filter((name) => !isLitter(name));
    // A class may have subfolders, too; one that has pictures of its own beside a single subfolder is taken for a class.
    const isAround = folders.length > 1 || (folders.length === 1 && !within.files.some(hasImageExtension));
    if (!isAround || (await isRunIn(tree, only, within))) break;
    top = only;
    listing = await look.list(top);
  }
  if (listing.folders.length === 0) throw noClasses(tree, top);
  return { top, folders: listing.folders };
}

const isRunIn = (tree: ImageTree, folder: string, listing: Listing): Promise<boolean> =>
  isRun(listing, () => tree.read(inFolder(folder, CONFIG)));

type Look = ReturnType<typeof lookInto>;

/** Looks into the folders of a tree, and keeps a list of what is passed over. */
function lookInto(tree: ImageTree) {
  const skipped: SkippedFile[] = [];
  const skip = (name: string, reason: string) => void skipped.push({ file: tree.place(name), reason });

  /** What a folder holds that may be data. */
  async function list(folder: string): Promise<Pick<Listing, 'folders' | 'files'>> {
    const listing = await tree.list(folder);
    const isOfRun = await isRunIn(tree, folder, listing);
    if (folder !== '' && isOfRun) {
      skip(folder, RUN);
      return { folders: [], files: [] };
    }
    // Where a run is in the midst of the data, only what it makes itself is left out.
    const isMade = isOfRun ? (name: string) => RUN_FOLDERS.includes(name) : () => false;
    const isData = (name: string): boolean => {
      const reason = isLitter(name) ? LITTER : isMade(name) ? RUN : undefined;
      if (reason !== undefined) skip(inFolder(folder, name), reason);
      return reason === undefined;
    };
    for (const { name, reason } of listing.others) skip(inFolder(folder, name), reason);
    return { folders: listing.folders.filter(isData), files: listing.files.filter(isData) };
  }

  async function imagesBelow(folder: string): Promise<string[]> {
    const { folders, files } = await list(folder);
    const images: string[] = [];
    for (const file of files.map((name) => inFolder(folder, name))) {
      const reason = await reasonToSkip(tree, file);
      if (reason === undefined) images.push(file);
      else skip(file, reason);
    }
    for (const below of folders) {
      for (const image of await imagesBelow(inFolder(folder, below))) images.push(image);
    }
    return images;
  }

  return { skipped, skip, list, imagesBelow };
}

/** Whether a folder is no class because all that is in it is what this program made, or what was asked to be left out. */
function isOurs(skipped: readonly SkippedFile[]): boolean {
  const reasons = new Set(skipped.map(({ reason }) => reason));
  const found = reasons.delete(RUN) || reasons.has(EXCLUDED);
  reasons.delete(EXCLUDED);
  reasons.delete(LITTER);
  return found && reasons.size === 0;
}

async function reasonToSkip(tree: ImageTree, file: string): Promise<string | undefined> {
  if (hasImageExtension(file)) return undefined; // decoding tells
  let start: Uint8Array;
  try {
    start = await tree.start(file);
  } catch (error) {
    if (!(error instanceof DenoiserError)) throw error;
    return 'not known to be an image, and cannot be read';
  }
  const format = formatOf(start);
  if (format === undefined) return 'not an image';
  return isReadable(format) ? undefined : `of a format that is not supported, ${format}`;
}

export function emptyClass(folder: string): DenoiserError {
  return new NodeError('class-empty', `The class folder ${folder} has no image: add images or remove the folder.`);
}

export function emptyFolder(root: string, skipped: readonly SkippedFile[]): DenoiserError {
  const found =
    skipped.length === 0 ? '' : ` (skipped ${skipped.length}: the first is ${skipped[0].file}, ${skipped[0].reason})`;
  return new NodeError('folder-empty', `${root} has no image${found}: give a folder with JPEG, PNG or WebP files.`);
}

function noClasses(tree: ImageTree, top: string): DenoiserError {
  return new NodeError(
    'classes-missing',
    `${tree.place(top)} has no ${tree.folderWord}: put the images of each class into a folder of its own, or train without classes.`,
  );
}
