/// <reference path="./webassembly.d.ts" />
import { KernelError } from '../errors';

export const PAGE = 65536;

/** Reserves the largest shared memory that the host allows: of its address space, not of its pages. It never moves. */
export function reserveMemory(): { memory: WebAssembly.Memory; limit: number } {
  for (let pages = 65536; pages >= 4096; pages /= 2) {
    try {
      const memory = new WebAssembly.Memory({ initial: 2, maximum: pages, shared: true });
      return { memory, limit: (pages - 1) * PAGE };
    } catch {
      // try half
    }
  }
  throw new KernelError(
    'shared-memory-missing',
    'The CPU engine cannot reserve WebAssembly memory here; use the cpu backend of tfjs instead.',
  );
}
