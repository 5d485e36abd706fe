import { Address, jobs, type Machine, reserveMemory } from '@denoiser/kernels-cpu/machine';
import { NativeError } from './errors';
import type { Library } from './library';

/** The first bytes are the jobs' arguments: tensors come after what the WebAssembly machine keeps for itself. */
const HEAP_START = Address.constants;

/**
 * Creates a machine of the library: the jobs of the CPU engine on a memory of its own.
 *
 * @param o threads: this one and those beside it; level: of instructions, default the best that the processor has
 */
export function createNativeMachine(library: Library, o: { threads: number; level?: string }): Machine {
  const native = new library.Machine(o.threads, o.level);
  const { memory, limit } = reserveMemory();
  const places = new Map(library.jobs().map((name, place) => [name, place]));
  const missing = Object.keys(jobs).filter((name) => !places.has(name));
  if (missing.length > 0)
    throw new NativeError(
      'native-machine-missing',
      `The native machine is of another version: it lacks ${missing.join(', ')}. Build it anew.`,
    );
  const tellMemory = () => native.setMemory(new Uint8Array(memory.buffer));
  tellMemory();
  return {
    memory,
    limit,
    heapStart: HEAP_START,
    threads: native.threads,
    simd: native.level,
    lanes: native.lanes,
    rows: native.rows,
    columns: native.columns,
    // Vectors make the products quicker, not the reading of the filter.
    winogradTiles: native.lanes,
    winogradWithin: 64,
    run: (name, chunks, args = Address.arguments) => native.run(places.get(name) as number, args, chunks),
    grown: tellMemory,
  };
}
