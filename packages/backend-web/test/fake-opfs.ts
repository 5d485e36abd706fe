/**
 * An origin private file system in memory, with the ways in which a real one fails: it can be full, and the page can stop
 * after any number of changes.
 */
export type FakeOpfs = {
  readonly root: FileSystemDirectoryHandle;
  /** Bytes that all files may take. */
  quota: number;
  /** Changes (a file or folder made, written, removed) until every further one is forgotten; `Infinity`: none is. */
  changesLeft: number;
  /** Changes there were. */
  readonly changes: number;
  /** Inverts a byte of a file, given by its path. */
  damage(path: string): void;
  paths(): string[];
  /** A file's bytes, by its path. */
  read(path: string): Uint8Array;
  /** Puts a file there, with the folders around it, whatever `quota` and `changesLeft` say; undefined: takes it away. */
  put(path: string, bytes: Uint8Array | undefined): void;
};

/** A file was last written when so many changes had been made: time goes by changes. */
type Folder = Map<string, Folder | { bytes: Uint8Array; changed: number }>;

/** A file, or a part of one, whose bytes can't be had any more once it is stale, as of one that was written again or removed. */
function staleable<B extends Blob>(blob: B, isStale: () => boolean): B {
  const read = blob.arrayBuffer.bind(blob);
  const cut = blob.slice.bind(blob);
  return Object.assign(blob, {
    arrayBuffer: async () => {
      if (isStale()) throw error('NotFoundError'); // as Chromium has it
      return read();
    },
    slice: (from?: number, to?: number) => staleable(cut(from, to), isStale),
  });
}

const error = (name: string) => new DOMException(name, name);

export function fakeOpfs(o: { withSyncHandles?: boolean } = {}): FakeOpfs {
  const { withSyncHandles = true } = o;
  const top: Folder = new Map();
  const state = { quota: Infinity, changesLeft: Infinity, changes: 0 };
  const used = (folder: Folder): number =>
    [...folder.values()].reduce((sum, entry) => sum + (entry instanceof Map ? used(entry) : entry.bytes.length), 0);

  /** A page that has stopped changes nothing more, and learns nothing more. */
  const change = async (act: () => void): Promise<void> => {
    if (state.changesLeft <= 0) return new Promise(() => {});
    state.changesLeft--;
    state.changes++;
    act();
  };
  const changeSync = (act: () => void): void => {
    if (state.changesLeft <= 0) throw new Error('stopped');
    state.changesLeft--;
    state.changes++;
    act();
  };

  function fileHandle(folder: Folder, name: string) {
    const file = () => {
      const found = folder.get(name);
      if (!found || found instanceof Map) throw error('NotFoundError');
      return found;
    };
    const put = (bytes: Uint8Array) => {
      if (used(top) - file().bytes.length + bytes.length > state.quota) throw error('QuotaExceededError');
      Object.assign(file(), { bytes: bytes.slice(), changed: state.changes });
    };
    return {
      kind: 'file',
      name,
      async getFile() {
        const now = file();
        const { bytes, changed } = now;
        const isStale = () => folder.get(name) !== now || now.bytes !== bytes;
        return staleable(new File([bytes as Uint8Array<ArrayBuffer>], name, { lastModified: changed }), isStale);
      },
      async createWritable() {
        let written = new Uint8Array();
        return {
          async write(bytes: Uint8Array) {
            written = Uint8Array.from(bytes);
          },
          close: () => change(() => put(written)),
          async abort() {},
        };
      },
      ...(withSyncHandles && {
        async createSyncAccessHandle() {
          return {
            truncate: () => changeSync(() => put(new Uint8Array())),
            write(bytes: Uint8Array) {
              // A page can stop in the middle of a file.
              changeSync(() => put(bytes.subarray(0, bytes.length >> 1)));
              changeSync(() => put(bytes));
              return bytes.length;
            },
            flush() {},
            close() {},
          };
        },
      }),
    };
  }

  function folderHandle(folder: Folder, name: string): FileSystemDirectoryHandle {
    const find = (child: string, kind: 'file' | 'directory') => {
      const entry = folder.get(child);
      if (!entry) throw error('NotFoundError');
      if (entry instanceof Map !== (kind === 'directory')) throw error('TypeMismatchError');
      return entry;
    };
    return {
      kind: 'directory',
      name,
      async getDirectoryHandle(child: string, { create = false } = {}) {
        if (create && !folder.has(child)) await change(() => folder.set(child, new Map()));
        return folderHandle(find(child, 'directory') as Folder, child);
      },
      async getFileHandle(child: string, { create = false } = {}) {
        if (create && !folder.has(child))
          await change(() => folder.set(child, { bytes: new Uint8Array(), changed: state.changes }));
        find(child, 'file');
        return fileHandle(folder, child);
      },
      async removeEntry(child: string) {
        if (!folder.has(child)) throw error('NotFoundError');
        const entry = folder.get(child);
        // A folder goes file by file.
        if (entry instanceof Map) for (const inner of [...entry.keys()]) await change(() => entry.delete(inner));
        await change(() => folder.delete(child));
      },
      async *entries() {
        for (const [child, entry] of [...folder]) {
          yield [child, entry instanceof Map ? folderHandle(entry, child) : fileHandle(folder, child)];
        }
      },
    } as unknown as FileSystemDirectoryHandle;
  }

  const pathsOf = (folder: Folder, prefix: string): string[] =>
    [...folder].flatMap(([name, entry]) =>
      entry instanceof Map ? pathsOf(entry, `${prefix}${name}/`) : [`${prefix}${name}`],
    );
  function put(path: string, bytes: Uint8Array | undefined): void {
    const names = path.split('/');
    const name = names.pop() as string;
    let folder = top;
    for (const inner of names) {
      if (!folder.has(inner)) folder.set(inner, new Map());
      folder = folder.get(inner) as Folder;
    }
    if (bytes) folder.set(name, { bytes, changed: state.changes });
    else folder.delete(name);
  }
  function read(path: string): Uint8Array {
    const found = path
      .split('/')
      .reduce<Folder | { bytes: Uint8Array }>((at, name) => (at as Folder).get(name) as Folder, top);
    return (found as { bytes: Uint8Array }).bytes;
  }
  return Object.assign(state, {
    root: folderHandle(top, ''),
    put,
    read,
    damage: (path: string) =>
      put(
        path,
        read(path).map((byte, i) => (i === 0 ? 255 - byte : byte)),
      ),
    paths: () => pathsOf(top, '').sort(),
  });
}
