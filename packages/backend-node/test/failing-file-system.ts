import { type FileSystem, nodeFileSystem } from '../src/files/file-system';

type Fault = { code: string; when: 'open' | 'writeFile' | 'appendFile' | 'mkdir' | 'rename'; path: RegExp };

/** The real file system, but one operation on paths that match fails with a system error, after half of the data is written. */
export function failingFileSystem({ code, when, path: pattern }: Fault): FileSystem {
  const failure = () => Object.assign(new Error(`${code}: injected`), { code });
  const fails = (operation: Fault['when'], path: unknown) => operation === when && pattern.test(String(path));
  return {
    ...nodeFileSystem,
    mkdir: (async (...call: Parameters<FileSystem['mkdir']>) => {
      if (fails('mkdir', call[0])) throw failure();
      return nodeFileSystem.mkdir(...call);
    }) as FileSystem['mkdir'],
    rename: async (from, to) => {
      if (fails('rename', from)) throw failure();
      return nodeFileSystem.rename(from, to);
    },
    open: async (path, flags, mode) => {
      if (fails('open', path)) throw failure();
      const handle = await nodeFileSystem.open(path, flags, mode);
      if (fails('writeFile', path) || fails('appendFile', path)) {
        const half = async (data: unknown) => {
          const bytes = Buffer.from(data as Uint8Array);
          await handle.write(bytes, 0, bytes.length >> 1);
          throw failure();
        };
        handle.writeFile = half;
        handle.appendFile = half;
      }
      return handle;
    },
  };
}
