import { type FileSystem, nodeFileSystem } from '../src/files/file-system';

/** The real file system until `callsLeft` calls that change something are done; from then on nothing happens any more. */
export type StoppingFileSystem = FileSystem & { callsLeft: number; calls: number };

/** A file that is being written when the calls end gets half of its bytes, as a process that is killed leaves it. */
export function stoppingFileSystem(): StoppingFileSystem {
  const stopped = () => Object.assign(new Error('EIO: stopped'), { code: 'EIO' });
  const state = { callsLeft: Number.POSITIVE_INFINITY, calls: 0 };
  const change = async <T>(action: () => Promise<T>, half?: () => Promise<unknown>): Promise<T> => {
    if (state.callsLeft <= 0) throw stopped();
    state.callsLeft--;
    state.calls++;
    if (state.callsLeft > 0 || !half) return action();
    await half();
    throw stopped();
  };
  const changing = <Name extends 'mkdir' | 'rename' | 'rm' | 'rmdir'>(name: Name) =>
    ((...call: never[]) =>
      change(() => (nodeFileSystem[name] as (...args: never[]) => Promise<unknown>)(...call))) as FileSystem[Name];
  return Object.assign(state, {
    ...nodeFileSystem,
    mkdir: changing('mkdir'),
    rename: changing('rename'),
    rm: changing('rm'),
    rmdir: changing('rmdir'),
    open: (async (...call: Parameters<FileSystem['open']>) => {
      const handle = await (call[1] === 'r'
        ? nodeFileSystem.open(...call)
        : change(() => nodeFileSystem.open(...call)));
      const writeFile = handle.writeFile.bind(handle);
      handle.writeFile = (data) => {
        const bytes = Buffer.from(data as Uint8Array);
        return change(
          () => writeFile(bytes),
          () => writeFile(bytes.subarray(0, bytes.length >> 1)),
        );
      };
      return handle;
    }) as FileSystem['open'],
  });
}
