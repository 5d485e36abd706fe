import { type Allocator, createAllocator } from './allocator';
import type { CommandLog, PlacedCommands } from './commands';
import { Address } from './generated/jobs';
import type { Job, Views } from './job';
import type { Machine } from './machine';
import { PAGE } from './memory';

/** Memory, threads and jobs: what the tfjs backend and its kernels run on. */
export interface Engine
  extends Pick<Machine, 'threads' | 'simd' | 'lanes' | 'rows' | 'columns' | 'winogradTiles' | 'winogradWithin'> {
  readonly allocator: Allocator;
  /**
   * Runs a job's chunks on all threads. `args` is best a literal without spreads: one of this size costs microseconds, as much as a
   * small job.
   */
  run<Arguments>(job: Job<Arguments>, chunks: number, args: NoInfer<Arguments>): void;
  /** Runs commands once more. */
  play(commands: PlacedCommands): void;
  /** Writes down what is done, while it is set. */
  log: CommandLog | undefined;
  /**
   * Returns memory that lasts until the next call with the same slot. It grows, and is kept.
   *
   * @param prepare called when there is new memory, with its address
   */
  scratch(slot: number, bytes: number, prepare?: (address: number) => void): number;
  /** Changes when scratch memory has moved. */
  readonly scratchVersion: number;
  /** Copies numbers into memory. */
  write(address: number, values: Float32Array | Int32Array | Uint8Array): void;
  /** Copies bytes within memory; it is not in the log. */
  copy(from: number, to: number, bytes: number): void;
  /** A view of memory: what is read and written by it is not in the log. */
  float32(address: number, length: number): Float32Array;
  int32(address: number, length: number): Int32Array;
  uint8(address: number, length: number): Uint8Array;
  /** Time by job, if it is being measured. */
  profile: Map<string, { calls: number; ms: number }> | undefined;
  /** Called when memory runs out, to free what can be computed again. */
  onFull: () => void;
  /** Frees all memory: tensors, scratch, what was derived. The threads stay, asleep. */
  clear(): void;
}

/**
 * Creates an engine on a machine.
 *
 * @param o memoryLimit: bytes to make do with, fewer than the host has
 */
export function createEngine(machine: Machine, o: { memoryLimit?: number } = {}): Engine {
  const { memory, threads, simd, lanes, rows, columns, winogradTiles, winogradWithin } = machine;
  const limit = Math.min(machine.limit, o.memoryLimit ?? machine.limit);

  const allocator = createAllocator({
    start: machine.heapStart,
    limit,
    grow(end) {
      // In steps of 4 MB and an eighth: growing is a system call.
      const have = memory.buffer.byteLength;
      if (end <= have) return true;
      const target = Math.min(limit + PAGE, Math.max(end, have + Math.max(2 ** 22, have / 8)));
      for (const size of [target, end]) {
        try {
          memory.grow(Math.ceil((size - have) / PAGE));
          machine.grown?.();
          return true;
        } catch {
          // try exactly what is needed
        }
      }
      return false;
    },
    onFull: () => engine.onFull(),
  });

  let buffer = memory.buffer;
  const currentBuffer = (end: number): ArrayBufferLike => {
    if (buffer.byteLength < end) buffer = memory.buffer;
    return buffer;
  };
  const room = Address.temporary - Address.arguments;
  const views: Views = {
    i32: new Int32Array(buffer, Address.arguments, room / 4),
    f32: new Float32Array(buffer, Address.arguments, room / 4),
    f64: new Float64Array(buffer, Address.arguments, room / 8),
    u8: new Uint8Array(buffer, Address.arguments, room),
  };
  const slots: { address: number; bytes: number }[] = [];

  const bytesAt = (address: number, length: number) => new Uint8Array(currentBuffer(address + length), address, length);
  let scratchVersion = 0;
  const breakLog = () => {
    if (engine.log) engine.log.isBroken = true;
  };

  function execute(name: string, chunks: number, args?: number): void {
    const from = engine.profile ? performance.now() : 0;
    machine.run(name, chunks, args);
    if (engine.profile) {
      const entry = engine.profile.get(name) ?? { calls: 0, ms: 0 };
      entry.calls++;
      entry.ms += performance.now() - from;
      engine.profile.set(name, entry);
    }
  }

  const engine: Engine = {
    allocator,
    threads,
    simd,
    lanes,
    rows,
    columns,
    winogradTiles,
    ...(winogradWithin && { winogradWithin }),
    profile: undefined,
    onFull() {},
    run(job, chunks, args) {
      job.write(views, args);
      engine.log?.commands.push({ job: job.name, chunks, args: views.u8.slice() });
      execute(job.name, chunks);
    },
    play(commands) {
      for (const command of commands) {
        if ('to' in command) bytesAt(command.to, command.bytes.length).set(command.bytes);
        else execute(command.job, command.chunks, command.args);
      }
    },
    log: undefined,
    scratch(slot, size, prepare) {
      const have = slots[slot];
      if (have && have.bytes >= size) return have.address;
      if (have) allocator.free(have.address);
      delete slots[slot];
      breakLog();
      scratchVersion++;
      const address = allocator.allocate(size);
      slots[slot] = { address, bytes: size };
      prepare?.(address);
      return address;
    },
    get scratchVersion() {
      return scratchVersion;
    },
    write(address, values) {
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      bytesAt(address, bytes.length).set(bytes);
      engine.log?.commands.push({ to: address, bytes: bytes.slice() });
    },
    copy(from, to, bytes) {
      breakLog();
      bytesAt(to, bytes).set(bytesAt(from, bytes));
    },
    float32(address, length) {
      breakLog();
      return new Float32Array(currentBuffer(address + length * 4), address, length);
    },
    int32(address, length) {
      breakLog();
      return new Int32Array(currentBuffer(address + length * 4), address, length);
    },
    uint8(address, length) {
      breakLog();
      return bytesAt(address, length);
    },
    clear() {
      allocator.clear();
      slots.length = 0;
      scratchVersion++;
    },
  };
  return engine;
}
