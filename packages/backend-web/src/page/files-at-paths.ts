/** A file of the user's, and where it lies in what was chosen or dropped. */
export type FileAtPath = { readonly path: string; readonly file: File };

/** Returns chosen files with their paths. */
export const filesWithPaths = (files: Iterable<File>): FileAtPath[] =>
  Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));

/** Returns what was dropped on the page: files, and folders with all that is in them. Call it within the event's handler. */
export async function filesFromDrop(transfer: DataTransfer): Promise<FileAtPath[]> {
  // Entries have to be asked for at once: the list is empty when the event is over.
  const entries = Array.from(transfer.items, (item) => item.webkitGetAsEntry?.()).filter((entry) => entry != null);
  if (entries.length === 0) return filesWithPaths(transfer.files);
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry: FileSystemEntry): Promise<FileAtPath[]> {
  const path = entry.fullPath.replace(/^\//, '');
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: FileAtPath[] = [];
  for (;;) {
    // A hundred at a time, until there are none.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return found;
    for (const inner of some) found.push(...(await filesOf(inner)));
  }
}
