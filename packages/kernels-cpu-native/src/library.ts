import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { packagesFor } from './packages';

/** What the library exports, see native/src/binding.rs. */
export type Library = {
  /** The levels of instructions that this processor has, best first. */
  levels(): string[];
  /** The names of all jobs; `run` takes the place among them. */
  jobs(): string[];
  Machine: new (threads: number, level?: string) => NativeMachine;
};

export type NativeMachine = {
  readonly threads: number;
  readonly level: string;
  readonly lanes: number;
  readonly rows: number;
  readonly columns: number;
  setMemory(bytes: Uint8Array): void;
  run(job: number, args: number, chunks: number): void;
};

const load = createRequire(import.meta.url);

/** Where the repository's build puts it: beside `src` and `dist`. */
const built = fileURLToPath(new URL('../build/machine.node', import.meta.url));

/** Returns the library, of the repository's build or of the package for this platform; or why there is none. */
export function loadLibrary(): Library | { readonly obstacle: string } {
  const names = packagesFor(process);
  const candidates = [built, ...names].filter((candidate) => candidate !== built || existsSync(built));
  let failure: unknown;
  for (const candidate of candidates) {
    try {
      return load(candidate) as Library;
    } catch (error) {
      // One that is not installed says less than one that is and does not load.
      if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') failure ??= error;
    }
  }
  if (failure !== undefined) {
    const why = failure instanceof Error ? failure.message.split('\n', 1)[0] : failure;
    return { obstacle: `the native machine does not load (${why})` };
  }
  if (names.length === 0) return { obstacle: `there is no native machine for ${process.platform} ${process.arch}` };
  return { obstacle: `the native machine is neither built nor installed, which is the package ${names.join(' or ')}` };
}
