import type { Recording } from '@denoiser/ops';
import { roundedUp } from './machine/allocator';
import { ARGUMENT_BYTES, CommandLog, type PlacedCommands, placeCommands } from './machine/commands';
import type { Engine } from './machine/engine';
import type { TensorData } from './tensor-data';

/** A range of memory: where it begins and ends. */
type Range = readonly [from: number, to: number];

/** What the backend does while work is recorded: the engine's commands, and the tensors that are made, read and gone. */
export class RecordedWork extends CommandLog {
  private readonly made = new Set<TensorData>();
  /** Tensors that were there before, and their versions. */
  private readonly outside = new Map<TensorData, number>();
  /** Where tensors were that are gone. */
  private readonly left: Range[] = [];

  /** Tells a tensor that was created. */
  create(data: TensorData): void {
    this.made.add(data);
  }

  /** Tells a tensor that is read, or written. */
  use(data: TensorData): void {
    if (this.made.has(data)) return;
    const before = this.outside.get(data);
    // What was derived from it went in between, for want of memory: earlier commands read it where it is no more.
    if (before !== undefined && before !== data.version) this.isBroken = true;
    this.outside.set(data, data.version);
  }

  /** Whether a tensor was there before. */
  isOutside(data: TensorData): boolean {
    return !this.made.has(data);
  }

  /** Tells a tensor whose memory becomes free. */
  dispose(data: TensorData): void {
    if (this.made.delete(data)) this.left.push([data.address, data.address + roundedUp(data.bytes)]);
    else this.isBroken = true;
  }

  /**
   * Ends the recording of work that left nothing but its result: takes the memory in which it worked. Undefined if it cannot be played,
   * or there is no room for what that takes.
   *
   * @param recordings where it stands while it has memory
   */
  end(engine: Engine, result: TensorData, recordings: Set<CpuRecording>): CpuRecording | undefined {
    if (this.isBroken || this.isOutside(result)) return undefined;
    // What else was made and is still there may be read by later calls, as it was by this one.
    for (const data of this.made) if (data !== result) this.outside.set(data, data.version);
    const { allocator } = engine;
    const kept = [...this.made].map(({ address, bytes }): Range => [address, address + roundedUp(bytes)]);
    const free = without(unite(this.left), unite(kept));
    for (const [from, to] of free) allocator.claim(from, to - from);
    const owned = free.map(([from]) => from);
    const args = allocator.tryAllocate(Math.max(1, this.commands.length) * ARGUMENT_BYTES);
    if (args === undefined) {
      for (const address of owned) allocator.free(address);
      return undefined;
    }
    const commands = placeCommands(this.commands, args, (address, bytes) => engine.write(address, bytes));
    return new CpuRecording(engine, commands, this.outside, [args, ...owned], recordings);
  }
}

/** Commands, and the memory in which they work. */
export class CpuRecording implements Recording {
  private readonly scratchVersion: number;

  constructor(
    private readonly engine: Engine,
    private readonly commands: PlacedCommands,
    private readonly outside: ReadonlyMap<TensorData, number>,
    private readonly owned: readonly number[],
    private readonly recordings: Set<CpuRecording>,
  ) {
    this.scratchVersion = engine.scratchVersion;
    recordings.add(this);
  }

  isInPlace(): boolean {
    if (!this.recordings.has(this) || this.scratchVersion !== this.engine.scratchVersion) return false;
    for (const [data, version] of this.outside) if (data.version !== version) return false;
    return true;
  }

  play(): void {
    this.engine.play(this.commands);
  }

  release(): void {
    if (!this.recordings.delete(this)) return; // the engine has it back
    for (const address of this.owned) this.engine.allocator.free(address);
  }
}

/** Returns ranges in order, those that touch or overlap as one. */
function unite(ranges: readonly Range[]): Range[] {
  const united: [number, number][] = [];
  for (const [from, to] of [...ranges].sort(([a], [b]) => a - b)) {
    const last = united.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else united.push([from, to]);
  }
  return united;
}

/** Returns what is left of ranges without holes; both in order, and none of either touches another. */
function without(ranges: readonly Range[], holes: readonly Range[]): Range[] {
  return ranges.flatMap(([from, to]) => {
    const parts: Range[] = [];
    let start = from;
    for (const [holeFrom, holeTo] of holes) {
      if (holeTo <= start || holeFrom >= to) continue;
      if (holeFrom > start) parts.push([start, holeFrom]);
      start = holeTo;
    }
    if (start < to) parts.push([start, to]);
    return parts;
  });
}
