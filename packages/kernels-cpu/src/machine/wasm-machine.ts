import { ARGUMENT_BYTES } from './commands';
import { Address } from './generated/jobs';
import type { Machine } from './machine';
import type { Platform } from './platform';
import { loadProgram } from './program';
import { startThreads } from './threads';

/** Floats of a vector of WebAssembly. */
const LANES = 4;

/**
 * Creates a machine of WebAssembly, with memory and threads of its own.
 *
 * @throws DenoiserError 'simd-missing', 'shared-memory-missing'
 */
export async function createWasmMachine(o: {
  platform: Platform;
  threads?: number;
  simd?: 'relaxed' | 'plain';
}): Promise<Machine> {
  const { platform } = o;
  platform.allowRelaxedSimd();
  const program = await loadProgram(o.simd);
  const threads = await startThreads(program, platform, o.threads ?? platform.cores);
  let bytes = new Uint8Array(program.memory.buffer);
  return {
    memory: program.memory,
    limit: program.limit,
    heapStart: program.heapStart(),
    threads: threads.count,
    simd: program.simd,
    lanes: LANES,
    rows: program.ROWS.value,
    columns: program.COLUMNS.value,
    winogradTiles: 1,
    run(name, chunks, args) {
      if (args !== undefined) {
        const end = args + ARGUMENT_BYTES;
        if (end > bytes.length) bytes = new Uint8Array(program.memory.buffer); // it has grown
        bytes.copyWithin(Address.arguments, args, end);
      }
      threads.run(program.indices.get(name) as number, name, chunks);
    },
  };
}
