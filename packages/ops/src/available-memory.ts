/** Returns the bytes that the process may still take, where its host tells; `Infinity` elsewhere. Node tells. */
export function availableMemory(): number {
  const { process } = globalThis as { process?: { availableMemory?(): number } };
  return process?.availableMemory?.() || Number.POSITIVE_INFINITY;
}
