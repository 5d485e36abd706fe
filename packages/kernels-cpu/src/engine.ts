/// <reference path="./webassembly.d.ts" />
import { DenoiserError } from '@denoiser/ops';
import { type Allocator, createAllocator } from './allocator';
import { relaxed, simd } from './generated/wasm';
import type { Platform } from './platform';

/** The jobs of assembly/index.ts, by the names they are exported under. */
export type JobName = string;

/** Memory, threads and kernels: what the tfjs backend runs on. */
export interface Engine {
  readonly allocator: Allocator;
  readonly threads: number;
  /** Whether multiply-adds are fused (relaxed SIMD). */
  readonly simd: 'relaxed' | 'plain';
  /** Rows of the matrix micro-kernel; row blocks are multiples of it. */
  readonly rows: number;
  /** Runs a job's chunks on all threads. Integer arguments first to last; `floats` go behind them. */
  run(job: JobName, chunks: number, integers: readonly number[], floats?: readonly number[]): void;
  /** The same with the floats from argument `at` on, in place of the integers there. */
  runWith(job: JobName, chunks: number, integers: readonly number[], at: number, floats: readonly number[]): void;
  /** Memory that lasts until the next call of `scratch` with the same slot; grows, and is never given back. */
  scratch(slot: number, bytes: number): number;
  float32(address: number, length: number): Float32Array;
  int32(address: number, length: number): Int32Array;
  uint8(address: number, length: number): Uint8Array;
  /** Time by job, if `profile` is set. */
  profile: Map<string, { calls: number; ms: number }> | undefined;
  /** Called when memory runs out: frees what can be computed again. */
  onFull: () => void;
  /** Frees all memory: tensors, scratch, what was derived. The threads stay, asleep, for whoever comes next. */
  clear(): void;
}

type Exports = {
  heapStart(): number;
  table: WebAssembly.Table;
  share(job: number, chunks: number): void;
  finished(spins: number): number;
  runAlone(job: number, chunks: number): void;
};

const READY = 1280; // see assembly/pool.ts
const DONE = 1088;
const ARGUMENTS = 1408;
/** About 0.05 ms: how long to look for the end of a job before sleeping. */
const LOOKS = 40_000;
const MAX_THREADS = 64;
const PAGE = 65536;
/** A kernel takes milliseconds; a worker silent for this long is dead. */
const SILENCE_MS = 60_000;

function decode(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** The largest shared memory that this host lets us reserve; its address space is reserved, not its pages. */
function reserveMemory(): { memory: WebAssembly.Memory; limit: number } {
  for (let pages = 65536; pages >= 4096; pages /= 2) {
    try {
      const memory = new WebAssembly.Memory({ initial: 2, maximum: pages, shared: true });
      return { memory, limit: (pages - 1) * PAGE };
    } catch {
      // try half
    }
  }
  throw new DenoiserError(
    'no-shared-memory',
    'The CPU engine cannot reserve WebAssembly memory here; use the cpu backend of tfjs instead.',
  );
}

export async function createEngine(o: {
  platform: Platform;
  threads?: number;
  simd?: 'relaxed' | 'plain';
  /** Bytes to make do with, fewer than the host has. */
  memoryLimit?: number;
}): Promise<Engine> {
  const { platform } = o;
  platform.allowRelaxedSimd();
  const fused = decode(relaxed);
  const kind = o.simd ?? (WebAssembly.validate(fused) ? 'relaxed' : 'plain');
  const bytes = kind === 'relaxed' ? fused : decode(simd);
  if (!WebAssembly.validate(bytes)) {
    throw new DenoiserError(
      'no-simd',
      `This JavaScript engine has no ${kind === 'relaxed' ? 'relaxed ' : ''}WebAssembly SIMD with threads; update it or use the cpu backend of tfjs.`,
    );
  }
  const wanted = Math.max(1, Math.min(MAX_THREADS, Math.floor(o.threads ?? platform.cores)));
  const threads = platform.startWorker ? wanted : 1;

  const { memory, limit: most } = reserveMemory();
  const limit = Math.min(most, o.memoryLimit ?? most);
  const module = await WebAssembly.compile(bytes);
  const abort = () => {
    throw new Error('The CPU engine met an impossible state.');
  };
  const instance = await WebAssembly.instantiate(module, { env: { memory, abort } });
  const exports = instance.exports as unknown as Exports;

  const jobs = new Map<string, number>();
  const byFunction = new Map<unknown, number>();
  for (let i = 0; i < exports.table.length; i++) byFunction.set(exports.table.get(i), i);
  for (const [name, value] of Object.entries(instance.exports)) {
    const index = typeof value === 'function' ? byFunction.get(value) : undefined;
    if (index !== undefined) jobs.set(name, index);
  }

  const argumentInts = new Int32Array(memory.buffer, ARGUMENTS, 88);
  const argumentFloats = new Float32Array(memory.buffer, ARGUMENTS, 88);
  const done = new Int32Array(memory.buffer, DONE, 1);
  const ready = new Int32Array(memory.buffer, READY, 1);
  let buffer = memory.buffer;
  const currentBuffer = (end: number): ArrayBufferLike => {
    if (buffer.byteLength < end) buffer = memory.buffer;
    return buffer;
  };

  let dead: string | undefined;
  const workers: { terminate(): void }[] = [];
  for (let thread = 1; thread < threads; thread++) {
    const worker = platform.startWorker?.({ module, memory, thread }, (reason) => {
      dead ??= reason;
    });
    if (worker) workers.push(worker);
  }
  // A worker that is late only means that the others do its share: wait for all, but not for ever.
  for (let tries = 0; Atomics.load(ready, 0) < threads - 1 && !dead && tries < 2000; tries++)
    await new Promise((resolve) => setTimeout(resolve, 1));

  const allocator = createAllocator({
    start: exports.heapStart(),
    limit,
    grow(end) {
      // In steps of 4 MB and an eighth: growing is a system call.
      const have = memory.buffer.byteLength;
      if (end <= have) return true;
      const target = Math.min(limit + PAGE, Math.max(end, have + Math.max(2 ** 22, have / 8)));
      for (const size of [target, end]) {
        try {
          memory.grow(Math.ceil((size - have) / PAGE));
          return true;
        } catch {
          // try exactly what is needed
        }
      }
      return false;
    },
    onFull: () => engine.onFull(),
  });

  const slots: { address: number; bytes: number }[] = [];

  function shareOut(index: number, name: string, chunks: number): void {
    exports.share(index, chunks);
    if (exports.finished(LOOKS)) return;
    const from = performance.now();
    while (!exports.finished(LOOKS)) {
      // Whoever holds the last chunk may be waiting for this very core.
      const count = Atomics.load(done, 0);
      if (platform.mayBlock && count !== chunks) Atomics.wait(done, 0, count, 1);
      if (performance.now() - from < SILENCE_MS) continue;
      workerCount = 0;
      for (const worker of workers) worker.terminate();
      throw new DenoiserError(
        'worker-died',
        `A thread of the CPU engine died during ${name}${dead ? ` (${dead})` : ''}; the engine goes on with one thread. Run the step again.`,
      );
    }
  }

  let workerCount = workers.length;
  const engine: Engine = {
    allocator,
    threads,
    simd: kind,
    rows: kind === 'relaxed' ? 6 : 5,
    profile: undefined,
    onFull() {},
    run(job, chunks, integers, floats = []) {
      engine.runWith(job, chunks, integers, integers.length, floats);
    },
    runWith(job, chunks, integers, at, floats) {
      const index = jobs.get(job);
      if (index === undefined) throw new Error(`The CPU engine has no job named ${job}.`);
      if (dead !== undefined) workerCount = 0;
      for (let i = 0; i < integers.length; i++) argumentInts[i] = integers[i] as number;
      for (let i = 0; i < floats.length; i++) argumentFloats[at + i] = floats[i] as number;
      const from = engine.profile ? performance.now() : 0;
      if (workerCount === 0 || chunks <= 1) exports.runAlone(index, chunks);
      else shareOut(index, job, chunks);
      if (engine.profile) {
        const entry = engine.profile.get(job) ?? { calls: 0, ms: 0 };
        entry.calls++;
        entry.ms += performance.now() - from;
        engine.profile.set(job, entry);
      }
    },
    scratch(slot, size) {
      const have = slots[slot];
      if (have && have.bytes >= size) return have.address;
      if (have) allocator.free(have.address);
      delete slots[slot];
      const address = allocator.allocate(size);
      slots[slot] = { address, bytes: size };
      return address;
    },
    float32: (address, length) => new Float32Array(currentBuffer(address + length * 4), address, length),
    int32: (address, length) => new Int32Array(currentBuffer(address + length * 4), address, length),
    uint8: (address, length) => new Uint8Array(currentBuffer(address + length), address, length),
    clear() {
      allocator.clear();
      slots.length = 0;
    },
  };
  return engine;
}
