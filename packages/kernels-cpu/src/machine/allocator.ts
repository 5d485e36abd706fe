import { KernelError } from '../errors';

/**
 * Memory of the engine: best fit over free blocks, neighbours merged. A training step frees and asks for the same sizes
 * again and again, so after the first step every block is found exactly and the memory no longer grows.
 */
export interface Allocator {
  /**
   * Returns the address of `bytes` bytes, 64-byte aligned, with undefined contents.
   *
   * @throws DenoiserError 'out-of-memory'
   */
  allocate(bytes: number): number;
  /** Does the same, and gives nothing where there is no room. */
  tryAllocate(bytes: number): number | undefined;
  free(address: number): void;
  /** Takes memory that is free, from an address on, a multiple of 64; it is freed as what was allocated. */
  claim(address: number, bytes: number): void;
  /** Frees everything at once. */
  clear(): void;
  readonly usedBytes: number;
  readonly peakBytes: number;
}

const ALIGNMENT = 64;

/** Returns the bytes that memory for so many takes. */
export const roundedUp = (wanted: number): number => Math.max(1, Math.ceil(wanted / ALIGNMENT)) * ALIGNMENT;

/**
 * Creates an allocator of the addresses from `start` up to `limit`.
 *
 * @param o grow: makes addresses below its argument exist, or returns false; onFull: called once before giving up, to free what can be
 *   computed again
 */
export function createAllocator(o: {
  start: number;
  limit: number;
  grow: (end: number) => boolean;
  onFull?: () => void;
}): Allocator {
  const used = new Map<number, number>(); // address → bytes
  const freeByStart = new Map<number, number>();
  const freeByEnd = new Map<number, number>();
  const bySize: number[] = []; // sorted sizes of free blocks, each with a list of addresses
  const addresses = new Map<number, number[]>();
  const bottom = Math.ceil(o.start / ALIGNMENT) * ALIGNMENT;
  let top = bottom;
  let usedBytes = 0;
  let peakBytes = 0;

  /** Index of the first size that is at least `bytes`. */
  const search = (bytes: number): number => {
    let low = 0;
    let high = bySize.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bySize[middle] as number) < bytes) low = middle + 1;
      else high = middle;
    }
    return low;
  };

  const addFree = (address: number, bytes: number): void => {
    freeByStart.set(address, bytes);
    freeByEnd.set(address + bytes, address);
    const list = addresses.get(bytes);
    if (list) list.push(address);
    else {
      addresses.set(bytes, [address]);
      bySize.splice(search(bytes), 0, bytes);
    }
  };

  const removeFree = (address: number, bytes: number): void => {
    freeByStart.delete(address);
    freeByEnd.delete(address + bytes);
    const list = addresses.get(bytes) as number[];
    if (list.length === 1) {
      addresses.delete(bytes);
      bySize.splice(search(bytes), 1);
    } else {
      const at = list.lastIndexOf(address);
      list[at] = list[list.length - 1] as number;
      list.pop();
    }
  };

  const find = (bytes: number): number | undefined => {
    const size = bySize[search(bytes)];
    if (size !== undefined) {
      const list = addresses.get(size) as number[];
      const address = list[list.length - 1] as number;
      removeFree(address, size);
      if (size > bytes) addFree(address + bytes, size - bytes);
      return address;
    }
    // The last free block may reach up to the top: only the rest of it is new.
    const last = freeByEnd.get(top);
    const address = last ?? top;
    if (address + bytes > o.limit || !o.grow(address + bytes)) return undefined;
    if (last !== undefined) removeFree(last, top - last);
    top = address + bytes;
    return address;
  };

  const take = (address: number, bytes: number): void => {
    used.set(address, bytes);
    usedBytes += bytes;
    if (usedBytes > peakBytes) peakBytes = usedBytes;
  };

  function tryAllocate(wanted: number): number | undefined {
    const bytes = roundedUp(wanted);
    let address = find(bytes);
    if (address === undefined) {
      o.onFull?.();
      address = find(bytes);
    }
    if (address !== undefined) take(address, bytes);
    return address;
  }

  return {
    tryAllocate,
    allocate(wanted) {
      const address = tryAllocate(wanted);
      if (address !== undefined) return address;
      const mb = (n: number) => `${Math.round(n / 2 ** 20)} MB`;
      throw new KernelError(
        'out-of-memory',
        `The CPU engine has ${mb(usedBytes)} in use and cannot get ${mb(roundedUp(wanted))} more: ` +
          `it can have at most ${mb(o.limit)}. Use a smaller batch or a smaller model.`,
      );
    },
    claim(address, wanted) {
      const bytes = roundedUp(wanted);
      for (const [start, size] of freeByStart) {
        const rest = start + size - (address + bytes);
        if (start > address || rest < 0) continue;
        removeFree(start, size);
        if (start < address) addFree(start, address - start);
        if (rest > 0) addFree(address + bytes, rest);
        take(address, bytes);
        return;
      }
      throw new Error(`The CPU engine claims ${bytes} bytes at ${address}, which are not free.`);
    },
    free(address) {
      let bytes = used.get(address);
      if (bytes === undefined) throw new Error(`The CPU engine frees address ${address}, which is not in use.`);
      used.delete(address);
      usedBytes -= bytes;
      const after = freeByStart.get(address + bytes);
      if (after !== undefined) {
        removeFree(address + bytes, after);
        bytes += after;
      }
      const before = freeByEnd.get(address);
      let start = address;
      if (before !== undefined) {
        removeFree(before, address - before);
        start = before;
        bytes += address - before;
      }
      addFree(start, bytes);
    },
    clear() {
      for (const map of [used, freeByStart, freeByEnd, addresses]) map.clear();
      bySize.length = 0;
      top = bottom;
      usedBytes = 0;
    },
    get usedBytes() {
      return usedBytes;
    },
    get peakBytes() {
      return peakBytes;
    },
  };
}
