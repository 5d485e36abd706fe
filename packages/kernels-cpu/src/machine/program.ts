import { KernelError } from '../errors';
/// <reference path="./webassembly.d.ts" />
import { relaxed, simd } from './generated/wasm';
import { reserveMemory } from './memory';

/** What the assembly exports, besides a global with the table index of each job. */
type Exports = {
  readonly ROWS: WebAssembly.Global;
  readonly COLUMNS: WebAssembly.Global;
  heapStart(): number;
  share(index: number, chunks: number): void;
  finished(spins: number): number;
  runAlone(index: number, chunks: number): void;
};

/** The assembly, ready to run on a memory. */
export type Program = Exports & {
  readonly simd: 'relaxed' | 'plain';
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Bytes that the memory can grow to. */
  readonly limit: number;
  /** Where a job stands in the table, by name. */
  readonly indices: ReadonlyMap<string, number>;
};

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/**
 * Compiles the assembly and instantiates it on a memory of its own.
 *
 * @param wanted the build to take; by default the relaxed one where the host compiles it
 * @throws DenoiserError 'simd-missing', 'shared-memory-missing'
 */
export async function loadProgram(wanted?: 'relaxed' | 'plain'): Promise<Program> {
  const fused = decode(relaxed);
  const kind = wanted ?? (WebAssembly.validate(fused) ? 'relaxed' : 'plain');
  const bytes = kind === 'relaxed' ? fused : decode(simd);
  if (!WebAssembly.validate(bytes)) {
    throw new KernelError(
      'simd-missing',
      `This JavaScript engine has no ${kind === 'relaxed' ? 'relaxed ' : ''}WebAssembly SIMD with threads; update it or use the cpu backend of tfjs.`,
    );
  }
  const { memory, limit } = reserveMemory();
  const module = await WebAssembly.compile(bytes);
  const abort = () => {
    throw new Error('The CPU engine met an impossible state.');
  };
  const { exports } = await WebAssembly.instantiate(module, { env: { memory, abort } });
  const indices = new Map<string, number>();
  for (const [name, value] of Object.entries(exports))
    if (value instanceof WebAssembly.Global) indices.set(name, value.value);
  return { ...(exports as unknown as Exports), simd: kind, module, memory, limit, indices };
}
