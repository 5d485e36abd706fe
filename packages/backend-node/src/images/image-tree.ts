/** A file or folder that was passed over, and why. */
export type SkippedFile = { readonly file: string; readonly reason: string };

/** What a folder holds, each list sorted by name. */
export type Listing = {
  /** Names of the subfolders. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** What is neither, or not to be entered, with the reason. */
  readonly others: readonly { readonly name: string; readonly reason: string }[];
};

/** Folders of files, on a disk or in an archive. Names are paths from the root on, with slashes; the root is ''. */
export type ImageTree = {
  /** What messages call its subfolders. */
  readonly folderWord: 'subfolders' | 'folders';
  /** Where a file or folder is, for people, and to know it again. */
  place(name: string): string;
  list(folder: string): Promise<Listing>;
  /** The first bytes of a file, as many as tell its format. */
  start(file: string): Promise<Uint8Array>;
  read(file: string): Promise<Uint8Array>;
};

/** An image file is never larger; the pixels that sharp takes fit into it in all common formats. */
export const MAX_IMAGE_BYTES = 2 ** 29;

export const tooLarge = (bytes: number): string =>
  `it has ${Math.ceil(bytes / 2 ** 20)} MiB, and files of up to ${MAX_IMAGE_BYTES / 2 ** 20} MiB are read`;

/** The path of something in a folder. */
export const inFolder = (folder: string, name: string): string => (folder === '' ? name : `${folder}/${name}`);
