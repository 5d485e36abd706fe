import type { Machine } from './machine';
import type { Platform } from './platform';
import { loadProgram } from './program';
import { startThreads } from './threads';

/** Floats of a vector of WebAssembly, and columns of the panels that its jobs read: `COLUMNS` in assembly/simd.ts. */
const LANES = 4;
const COLUMNS = 8;

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
  return {
    memory: program.memory,
    limit: program.limit,
    heapStart: program.heapStart(),
    threads: threads.count,
    simd: program.simd,
    lanes: LANES,
    rows: program.ROWS.value,
    columns: COLUMNS,
    winogradTiles: 1,
    run: (name, chunks) => threads.run(program.indices.get(name) as number, name, chunks),
  };
}
