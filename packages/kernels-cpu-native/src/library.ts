import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

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

/** Where the build puts it: beside `src` and `dist`. */
const path = fileURLToPath(new URL('../build/machine.node', import.meta.url));

/** Returns the library, or why there is none. */
export function loadLibrary(): Library | { readonly obstacle: string } {
  if (!existsSync(path)) return { obstacle: 'the native machine is not built for this platform' };
  try {
    return createRequire(import.meta.url)(path) as Library;
  } catch (error) {
    return { obstacle: `the native machine does not load (${error instanceof Error ? error.message : error})` };
  }
}
