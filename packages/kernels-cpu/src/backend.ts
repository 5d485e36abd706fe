import { type Replayed, replayedBy } from '@denoiser/ops';
import {
  buffer,
  DataStorage,
  type DataType,
  KernelBackend,
  type KernelBackend as KernelBackendType,
  kernel_impls,
  type Rank,
  type ShapeMap,
  type Tensor,
  type Tensor2D,
  type TensorBuffer,
  type TensorInfo,
  engine as tfEngine,
  util,
} from '@tensorflow/tfjs-core';
import type { Engine } from './machine/engine';
import { recorderOf } from './recorder';
import type { CpuRecording, RecordedWork } from './recording';
import { bytesOf, hasMemory, type NumericValues, numbersOf, TensorData, type Values } from './tensor-data';

type DataId = object;

/**
 * A tfjs backend over the engine's memory. It has what the kernels of tfjs's cpu backend ask of their backend (`data`,
 * `makeTensorInfo`, `bufferSync`, …), so they run on it unchanged, on views of the same memory.
 */
export class CpuEngineBackend extends KernelBackend implements KernelBackendType {
  readonly blockSize = 48;
  data: DataStorage<TensorData>;
  private nextId = 0;

  constructor(readonly engine: Engine) {
    super();
    this.data = new DataStorage(this, tfEngine());
    engine.onFull = () => this.makeRoom();
  }

  /** Creates a tensor whose values are not set yet. */
  output(shape: readonly number[], dtype: DataType): TensorInfo {
    const dataId = { id: this.nextId++ };
    this.create(dataId, util.sizeFromShape(shape as number[]), dtype, 1);
    return { dataId, shape: shape as number[], dtype };
  }

  private create(dataId: DataId, length: number, dtype: DataType, refCount: number, other?: Values): TensorData {
    const address =
      other === undefined && hasMemory(dtype) ? this.engine.allocator.allocate(length * bytesOf(dtype)) : 0;
    const data = new TensorData(this.engine, dtype, address, length, other, refCount);
    this.recorded?.create(data);
    this.data.set(dataId, data);
    return data;
  }

  private put(dataId: DataId, values: Values | undefined, shape: number[], dtype: DataType, refCount: number): void {
    if (!hasMemory(dtype)) {
      this.create(dataId, util.sizeFromShape(shape), dtype, refCount, values ?? ([] as unknown as Values));
      return;
    }
    const size = values ? (values as NumericValues).length : util.sizeFromShape(shape);
    const data = this.create(dataId, size, dtype, refCount);
    if (values) this.engine.write(data.address, numbersOf(values as NumericValues, dtype));
    else (data.values as NumericValues).fill(0);
  }

  override write(values: Values, shape: number[], dtype: DataType): DataId {
    const dataId = { id: this.nextId++ };
    this.put(dataId, values, shape, dtype, 1);
    return dataId;
  }

  override move(dataId: DataId, values: Values, shape: number[], dtype: DataType, refCount: number): void {
    this.put(dataId, values, shape, dtype, refCount);
  }

  makeTensorInfo(shape: number[], dtype: DataType, values?: Values | string[]): TensorInfo {
    const encoded =
      dtype === 'string' && values && values.length > 0 && util.isString(values[0] as string)
        ? (values as string[]).map((text) => util.encodeString(text))
        : (values as Values | undefined);
    const dataId = { id: this.nextId++ };
    this.put(dataId, encoded, shape, dtype, 1);
    return { dataId, shape, dtype };
  }

  makeOutput<T extends Tensor>(values: Values, shape: number[], dtype: DataType): T {
    return tfEngine().makeTensorFromTensorInfo(this.makeTensorInfo(shape, dtype, values), this) as T;
  }

  override refCount(dataId: DataId): number {
    return this.data.has(dataId) ? this.data.get(dataId).refCount : 0;
  }

  override incRef(dataId: DataId): void {
    this.data.get(dataId).refCount++;
  }

  decRef(dataId: DataId): void {
    if (this.data.has(dataId)) this.data.get(dataId).refCount--;
  }

  override numDataIds(): number {
    return this.data.numDataIds();
  }

  override async read(dataId: DataId): Promise<Values> {
    return this.readSync(dataId);
  }

  /** Copies the values: the tensor's memory is another's after it is disposed. */
  override readSync(dataId: DataId): Values {
    const data = this.data.get(dataId);
    if (data.complexTensorInfos) {
      const real = this.readSync(data.complexTensorInfos.real.dataId) as Float32Array;
      const imag = this.readSync(data.complexTensorInfos.imag.dataId) as Float32Array;
      const merged = new Float32Array(2 * real.length);
      for (let i = 0; i < real.length; i++) {
        merged[2 * i] = real[i] as number;
        merged[2 * i + 1] = imag[i] as number;
      }
      return merged;
    }
    if (!hasMemory(data.dtype)) return data.values;
    return (data.values as NumericValues).slice();
  }

  bufferSync<R extends Rank, D extends DataType>(t: TensorInfo): TensorBuffer<R, D> {
    const values = this.readSync(t.dataId);
    const decoded = t.dtype === 'string' ? (values as Uint8Array[]).map((text) => util.decodeString(text)) : values;
    return buffer(t.shape as ShapeMap[R], t.dtype as D, decoded as never) as TensorBuffer<R, D>;
  }

  where(condition: Tensor): Tensor2D {
    return kernel_impls.whereImpl(condition.shape, this.readSync(condition.dataId) as Uint8Array);
  }

  override disposeData(dataId: DataId, force = false): boolean {
    if (!this.data.has(dataId)) return true;
    const data = this.data.get(dataId);
    data.refCount--;
    if (!force && data.refCount > 0) return false;
    if (data.complexTensorInfos) {
      this.disposeData(data.complexTensorInfos.real.dataId, true);
      this.disposeData(data.complexTensorInfos.imag.dataId, true);
    }
    this.changed(data);
    data.version++;
    if (data.address) {
      this.recorded?.dispose(data);
      this.engine.allocator.free(data.address);
    }
    this.data.delete(dataId);
    return true;
  }

  disposeIntermediateTensorInfo(info: TensorInfo): void {
    this.disposeData(info.dataId);
  }

  override async time(f: () => void): Promise<{ kernelMs: number }> {
    const start = util.now();
    f();
    return { kernelMs: util.now() - start };
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: false };
  }

  override floatPrecision(): 32 {
    return 32;
  }

  override epsilon(): number {
    return 1e-7;
  }

  /** Frees all memory, for `tf.engine().reset()` and `tf.removeBackend`. tfjs may set the backend up again, on the same engine. */
  override dispose(): void {
    this.data = new DataStorage(this, tfEngine());
    this.holders.clear();
    this.recordings.clear();
    this.engine.clear();
  }

  /** Returns the address of a tensor's values. */
  address(info: TensorInfo): number {
    const data = this.data.get(info.dataId);
    this.recorded?.use(data);
    return data.address;
  }

  /**
   * Returns the address of a form computed from a tensor's values, such as a packed filter. One that is asked for twice while the values
   * stay the same (sampling: every step; training: never) is kept beside the tensor; the first time, or without room, it lies in the
   * scratch `slot`.
   */
  derive(info: TensorInfo, key: string, bytes: number, slot: number, compute: (address: number) => void): number {
    const data = this.data.get(info.dataId);
    this.latest = data;
    this.recorded?.use(data);
    const kept = data.derived.get(key);
    if (kept) return kept.address;
    const asked = (data.asked.get(key) ?? 0) + 1;
    data.asked.set(key, asked);
    const own = asked > 1 || this.willBeAsked(data) ? this.engine.allocator.tryAllocate(bytes) : undefined;
    if (own !== undefined) {
      // It may lie where the recording has worked, and is there from now on.
      if (this.recorded) this.recorded.isBroken = true;
      data.derived.set(key, { address: own, bytes });
      this.holders.add(data);
    }
    const address = own ?? this.engine.scratch(slot, bytes);
    compute(address);
    return address;
  }

  /** Tells whether a form is asked for the first time since the tensor's values changed, and counts that. */
  isFirstAsked(info: TensorInfo, key: string): boolean {
    const data = this.data.get(info.dataId);
    if (data.asked.has(key) || this.willBeAsked(data)) return false;
    data.asked.set(key, 1);
    return true;
  }

  /** Whether a tensor is one of which the same is asked again: it is there before work that is recorded. */
  private willBeAsked(data: TensorData): boolean {
    return this.recorded?.isOutside(data) ?? false;
  }

  private readonly holders = new Set<TensorData>();
  /** The tensor whose derived form the running kernel may hold. */
  private latest: TensorData | undefined;

  /** Drops what was derived from a tensor that was written in place. */
  changed(data: TensorData): void {
    data.asked.clear();
    if (data.derived.size === 0) return;
    data.version++;
    for (const { address } of data.derived.values()) this.engine.allocator.free(address);
    data.derived.clear();
    this.holders.delete(data);
  }

  /** What is being recorded. */
  private recorded: RecordedWork | undefined;

  /** Does work of which is written down what it does. */
  recordedIn<T>(recorded: RecordedWork, work: () => T): T {
    this.recorded = recorded;
    this.engine.log = recorded;
    try {
      return work();
    } finally {
      this.recorded = undefined;
      this.engine.log = undefined;
    }
  }

  get isRecording(): boolean {
    return this.recorded !== undefined;
  }

  /** Returns work that is recorded, and done again by commands alone: see `replaying` of `@denoiser/ops`. */
  replaying(work: (...inputs: Tensor[]) => Tensor): Replayed {
    return replayedBy(recorderOf(this), work);
  }

  /** Those that have memory. */
  readonly recordings = new Set<CpuRecording>();

  /** Frees what can be computed, or recorded, again. */
  private makeRoom(): void {
    for (const data of [...this.holders]) if (data !== this.latest) this.changed(data);
    for (const recording of [...this.recordings]) recording.release();
  }
}
