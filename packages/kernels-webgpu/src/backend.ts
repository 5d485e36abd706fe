import { type Replayed, replayedBy } from '@denoiser/ops';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import {
  type BackendValues,
  type DataType,
  engine,
  type Tensor,
  type TensorInfo,
  tidy,
  util,
} from '@tensorflow/tfjs-core';
import { Arenas, type Place, type Slot } from './arenas';
import { type Capabilities, readCapabilities } from './capabilities';
import { type Bound, type Dispatch, membersOf, sizeOf, type Uniform, uniformWords } from './dispatch';
import { inMemoryScope, tensorTooLarge } from './memory';
import { Pipelines } from './pipelines';
import { type Command, type Recording, recorderOf } from './replay';
import { bufferUsage, type Internals, type Stored, wordsOf } from './stored';
import { canWriteHalves } from './wgsl/halves';
import { perThread } from './wgsl/per-thread';

/** Dispatches of ours and tfjs's that are recorded before they are handed to the GPU. */
const DISPATCHES_IN_A_SUBMISSION = 64;

/**
 * tfjs's WebGPU backend with a way to run kernels that write several tensors or change them in place, and without the staging
 * buffer that stock tfjs makes for each upload.
 */
export class DenoiserWebGPUBackend extends WebGPUBackend {
  readonly capabilities: Capabilities;
  private readonly pipelines: Pipelines;
  /** Memory of tensors that are used together. */
  readonly arenas: Arenas;
  /** While work only says what it will run: the pipelines that are being compiled for it, by their keys. */
  private ahead: Map<string, Promise<void>> | undefined;
  /** While work is written down as it runs. */
  private recording: Recording | undefined;
  /** How often there was no memory: buffers of before may be ones that could not be made. */
  private shortages = 0;

  constructor(device: GPUDevice, adapterInfo?: GPUAdapterInfo) {
    super(device, adapterInfo);
    this.capabilities = readCapabilities(device);
    this.pipelines = new Pipelines(device);
    const { limits } = device;
    this.arenas = new Arenas({
      alignment: Math.max(16, limits.minStorageBufferOffsetAlignment),
      most: Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize),
      slotOf: (tensor) => this.stored(tensor).slot,
      move: (tensor, slot, { isForGood }) => this.moveTo(tensor, slot, isForGood),
      createBuffer: (size) => this.bufferManager.acquireBuffer(size, bufferUsage(), false, false),
      destroyBuffer: (buffer) => this.inner.stagingPendingDisposal.push(buffer),
    });
    // tfjs's kernels bind by this function of theirs.
    const { tensorToBinding } = this as unknown as { tensorToBinding: (tensor: TensorInfo | null) => unknown };
    Object.assign(this, {
      tensorToBinding: (tensor: TensorInfo | null) => {
        if (tensor && this.stored(tensor).isHalves) this.takeOut(tensor.dataId);
        return tensor && this.stored(tensor).slot ? this.placeOf(tensor) : tensorToBinding.call(this, tensor);
      },
    });
  }

  /** Memory for a result, on the GPU, not initialized. */
  make(shape: readonly number[], dtype: DataType = 'float32'): TensorInfo {
    const isEmpty = shape.includes(0); // has no buffer that could be read back
    return this.makeTensorInfo(
      [...shape],
      dtype,
      isEmpty ? util.getTypedArrayFromDType(dtype as 'float32', 0) : undefined,
    );
  }

  /**
   * A tensor whose numbers are float16 in memory, two in a word, and float32 to all who read it. Kernels of ours read them as they are
   * (`Dispatch.readable`); for others, and to be changed, it is made float32 for good.
   *
   * @param bits of the numbers
   * @param o results: whether what is computed of it is halves, too; see `makeFor`
   */
  makeHalves(shape: readonly number[], bits: Uint16Array, { results }: { results: boolean }): TensorInfo {
    const tensor = this.make(shape);
    const stored = this.stored(tensor);
    if (this.recording) this.recording.isBroken = true;
    stored.isHalves = true;
    stored.begetsHalves = results;
    this.uploadToGPU(tensor.dataId);
    const words = bits.length % 2 === 0 ? bits : Uint16Array.of(...bits, 0);
    this.queue.writeBuffer(stored.resource as GPUBuffer, 0, words as Uint16Array<ArrayBuffer>);
    return tensor;
  }

  /**
   * Memory for what is computed of a tensor, and written as elements of that type by `put_name` (`Dispatch.writable`): halves if what is
   * computed of the tensor is to be such.
   */
  makeFor(source: TensorInfo, shape: readonly number[], type: string): TensorInfo {
    const tensor = this.make(shape);
    if (!this.begetsHalves(source) || !canWriteHalves(type)) return tensor;
    Object.assign(this.stored(tensor), { isHalves: true, begetsHalves: true });
    return tensor;
  }

  /** Whether what is computed of a tensor is to be halves, see `makeFor`. */
  begetsHalves(tensor: TensorInfo): boolean {
    return this.stored(tensor).begetsHalves === true;
  }

  /** Memory for the gradient by a parameter: beside those of the other parameters, if these lie together. */
  makeGradient(parameter: TensorInfo): TensorInfo {
    const gradient = this.make(parameter.shape);
    this.arenas.placeGradient(gradient, parameter);
    return gradient;
  }

  /** Keeps the moments of a tensor's parts, [images, parts, 2], for the kernel that normalizes it; they go when it goes. */
  leaveMoments(tensor: TensorInfo, moments: TensorInfo | undefined): void {
    this.stored(tensor).moments = moments;
  }

  /** What a kernel has left of the moments of a tensor's parts, mean and squared deviations. */
  momentsOf(tensor: TensorInfo): TensorInfo | undefined {
    return this.stored(tensor).moments;
  }

  /**
   * Does the work, and asks the GPU afterwards whether there was memory for it: see `allocating` of `@denoiser/ops`. Buffers that
   * it could not make are not used again.
   */
  async allocating<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await inMemoryScope(this.device, work);
    } catch (error) {
      if ((error as { code?: unknown }).code === 'out-of-memory') {
        this.shortages++;
        this.forgetFreeBuffers();
      }
      throw error;
    }
  }

  /**
   * Compiles what the work will run, pipelines beside each other, and none of it on this thread. Nothing of ours is computed: what
   * the work gives has shapes and no meaning.
   */
  async compiling(work: () => void): Promise<void> {
    const ahead = new Map<string, Promise<void>>();
    this.ahead = ahead;
    try {
      tidy(work);
    } finally {
      this.ahead = undefined;
    }
    await Promise.all(ahead.values());
  }

  /** Returns work whose calls after the first are replayed: see `replaying` of `@denoiser/ops`. */
  replaying(work: (...inputs: Tensor[]) => Tensor): Replayed {
    const backend = this;
    const { shortages } = this;
    const recorder = recorderOf({
      get isPlain() {
        return !backend.ahead && !backend.recording && backend.inner.activeTimers == null;
      },
      make: (shape, dtype) => this.make(shape, dtype),
      isWhatItSays: (tensor) => this.stored(tensor).dtype === tensor.dtype && !this.stored(tensor).isHalves,
      asItSays: (tensor) =>
        this.stored(tensor).isHalves ? engine().makeTensorFromTensorInfo(this.floatsOf(tensor)) : tensor,
      copyInto: (from, to) => {
        for (const { dataId } of [from, to]) this.uploadToGPU(dataId);
        this.recordCopy(this.placeOf(from), this.placeOf(to));
        for (const { dataId } of [from, to]) this.inner.commandQueueOwnedIds.add(dataId);
      },
      placeNow: (dataId) => {
        const stored = this.tensorMap.has(dataId) ? (this.tensorMap.get(dataId) as unknown as Stored) : undefined;
        const isThere = stored && stored.refCount > 0 && stored.resource;
        return isThere ? { buffer: isThere, offset: stored.slot?.offset ?? 0, size: 0 } : undefined;
      },
      recordedIn: (recording, recorded) => {
        this.recording = recording;
        try {
          return recorded();
        } finally {
          this.recording = undefined;
        }
      },
      play: (commands) => {
        for (const command of commands) this.execute(command);
        this.submit(); // else what it reads would have to be held until then
      },
      release: (buffers) => {
        const { stagingPendingDisposal, uniformPendingDisposal } = this.inner; // of buffers that are destroyed, and used again
        (shortages === this.shortages ? uniformPendingDisposal : stagingPendingDisposal).push(...buffers);
      },
    });
    return replayedBy(recorder, work);
  }

  /** What tfjs's own kernels run is written down as they hand it over. */
  override runWebGPUProgram(...args: Parameters<WebGPUBackend['runWebGPUProgram']>): TensorInfo {
    const { recording, inner } = this;
    if (!recording) return super.runWebGPUProgram(...args);
    this.submit(); // tfjs does so by itself, now and then, and would give away what is the recording's
    this.ensureCommandEncoderReady();
    const pass = (inner.commandEncoder as GPUCommandEncoder).beginComputePass();
    inner.computePassEncoder = recording.listening(pass);
    for (const { dataId } of args[1]) recording.bound.add(dataId);
    const result = super.runWebGPUProgram(...args);
    for (const buffer of inner.uniformPendingDisposal.splice(0)) recording.owned.add(buffer);
    inner.computePassEncoder = pass;
    return result;
  }

  /** tfjs computes with a few numbers where they are; while nothing is computed, there are none to be read. */
  override shouldExecuteOnCPU(...args: Parameters<WebGPUBackend['shouldExecuteOnCPU']>): boolean {
    return !this.ahead && !this.recording && super.shouldExecuteOnCPU(...args);
  }

  /** Hands over what is recorded. */
  private submit(): void {
    this.endComputePassEncoder();
    if (this.inner.commandEncoder) this.submitQueue();
  }

  private forgetFreeBuffers(): void {
    this.submit(); // gives back what it used
    const { freeBuffers } = this.bufferManager as unknown as { freeBuffers: Map<unknown, GPUBuffer[]> };
    for (const buffers of freeBuffers.values()) for (const buffer of buffers.splice(0)) buffer.destroy();
  }

  /** Records one dispatch; it runs after all that were recorded before. */
  run(dispatch: Dispatch): void {
    const { reads, writes, scalars = {}, uniforms, workgroups } = dispatch;
    const bindings: Bound[] = [reads, writes, scalars].flatMap((named) => Object.values(named));
    if (workgroups.includes(0)) return;
    if (this.ahead) {
      this.pipelines.compile(dispatch, this.halvesOf(dispatch), this.ahead);
      return;
    }
    this.makeReadable(dispatch);
    const written = new Set(Object.values(writes).map((bound) => this.slotOf(bound)?.arena));
    for (const role of ['reads', 'scalars'] as const) {
      for (const [name, bound] of Object.entries<Bound>(dispatch[role] ?? {})) {
        const [tensor] = membersOf(bound);
        const slot = this.stored(tensor).slot;
        const isInteger = tensor.dtype === 'float32' && this.stored(tensor).dtype !== 'float32';
        // In one dispatch, WebGPU has no buffer that is read and written, whichever part of it; as a uniform, a place is no good.
        const isShared = slot && (role === 'scalars' || written.has(slot.arena));
        if (!isInteger && !isShared) continue;
        const copy = isInteger ? this.floatsOf(tensor) : this.copyOf(tensor);
        this.run({ ...dispatch, [role]: { ...dispatch[role], [name]: copy } });
        this.disposeData(copy.dataId);
        return;
      }
    }
    const inner = this.inner;
    const entries: GPUBindGroupEntry[] = bindings.map((bound, binding) => {
      for (const tensor of membersOf(bound)) {
        this.uploadToGPU(tensor.dataId);
        inner.commandQueueOwnedIds.add(tensor.dataId);
        this.recording?.bound.add(tensor.dataId);
      }
      return { binding, resource: this.placeOf(bound) };
    });
    // What was read back before is not what is there now.
    for (const bound of Object.values(writes)) {
      for (const tensor of membersOf(bound)) {
        this.stored(tensor).values = null;
        this.dropMoments(this.stored(tensor));
      }
    }
    if (uniforms)
      entries.push({ binding: bindings.length, resource: { buffer: this.upload(Object.values(uniforms)) } });
    const { pipeline, layout } = this.pipelines.of(dispatch, this.halvesOf(dispatch));
    const group = this.device.createBindGroup({ layout, entries });
    const command = { pipeline, group, workgroups };
    this.recording?.commands.push(command);
    this.execute(command);
  }

  /** Hands a command to the GPU, with others. */
  private execute(command: Command): void {
    if ('from' in command) {
      this.recordCopy(command.from, command.to);
      return;
    }
    const { pipeline, group, workgroups } = command;
    const inner = this.inner;
    if (inner.activeTimers != null) this.endComputePassEncoder();
    this.ensureCommandEncoderReady();
    inner.computePassEncoder ??= (inner.commandEncoder as GPUCommandEncoder).beginComputePass();
    const pass = inner.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(workgroups[0], workgroups[1] ?? 1, workgroups[2] ?? 1);
    inner.dispatchCountInPass++;
    if (inner.dispatchCountInPass >= DISPATCHES_IN_A_SUBMISSION) {
      this.endComputePassEncoder();
      this.submitQueue();
    }
  }

  /**
   * Values go from JavaScript's memory into the tensor's buffer through the queue, which keeps a ring of its own. Safe with
   * reused buffers: tfjs gives a buffer back only when the commands that use it are submitted.
   */
  override uploadToGPU(dataId: object): void {
    const stored = this.tensorMap.get(dataId) as unknown as Stored;
    if (stored.resource != null) return;
    const count = sizeOf(stored.shape);
    const size = Math.max(4, 4 * (stored.isHalves ? Math.ceil(count / 2) : count));
    if (size > this.capabilities.tensorBytes) throw tensorTooLarge(stored.shape, size, this.capabilities.tensorBytes);
    const alsoUniform = size === 4 ? GPUBufferUsage.UNIFORM : 0; // see `Dispatch.scalars`
    const usage = bufferUsage() | alsoUniform;
    if (!stored.values) {
      stored.resource = this.recording?.reuse(size, usage) ?? this.bufferManager.acquireBuffer(size, usage);
      this.recording?.keepResult(stored.resource);
      return;
    }
    stored.resource = this.bufferManager.acquireBuffer(size, usage);
    this.recording?.keepConstant(stored.resource);
    const words = wordsOf(stored);
    if (words.length > 0) this.queue.writeBuffer(stored.resource, 0, words as Float32Array<ArrayBuffer>);
    stored.values = null;
  }

  /** The tensor's own buffer, for whoever draws it: what was recorded to compute it is handed to the GPU first. */
  bufferOf(tensor: TensorInfo): GPUBuffer {
    this.uploadToGPU(tensor.dataId);
    this.takeOut(tensor.dataId);
    this.submit();
    return this.stored(tensor).resource as GPUBuffer;
  }

  /** Where a tensor on the GPU is; of several, from the first to the end of the last one's place. */
  placeOf(bound: Bound): Place {
    const members = membersOf(bound);
    const [first] = members;
    const { slot, resource } = this.stored(first);
    const buffer = resource as GPUBuffer;
    if (!slot) return { buffer, offset: 0, size: buffer.size };
    if (members.length === 1) return { buffer, offset: slot.offset, size: 4 * sizeOf(this.stored(first).shape) };
    const last = members.at(-1) as TensorInfo;
    const end = (this.stored(last).slot as Slot).offset + this.arenas.bytesFor(last);
    return { buffer, offset: slot.offset, size: end - slot.offset };
  }

  /** Whether a tensor's place is right behind another's. */
  areNeighbours(first: TensorInfo, second: TensorInfo): boolean {
    const [a, b] = [this.stored(first).slot, this.stored(second).slot];
    return a !== undefined && a.arena === b?.arena && a.offset + this.arenas.bytesFor(first) === b.offset;
  }

  override disposeData(dataId: object, force = false): boolean {
    const stored = this.tensorMap.has(dataId) ? (this.tensorMap.get(dataId) as unknown as Stored) : undefined;
    const isTheLast = stored !== undefined && (force || stored.refCount <= 1);
    if (isTheLast && stored.resource && this.recording?.takeOver(stored.resource)) stored.external = true; // not tfjs's to give away
    const isGone = super.disposeData(dataId, force);
    if (isGone && stored) this.dropMoments(stored);
    if (isGone && stored?.slot) {
      const { slot } = stored;
      stored.slot = undefined; // what was recorded with the place comes before what the next one records
      this.arenas.leave(slot);
    }
    return isGone;
  }

  override async read(dataId: object): Promise<BackendValues> {
    const stored = this.tensorMap.get(dataId) as unknown as Stored | undefined;
    if (!stored || !(stored.slot || stored.isHalves) || stored.values) return super.read(dataId);
    const copy = this.copyOf({ dataId, shape: stored.shape, dtype: stored.dtype });
    try {
      return await super.read(copy.dataId);
    } finally {
      this.disposeData(copy.dataId);
    }
  }

  override readSync(dataId: object): BackendValues {
    if (this.recording) this.recording.isBroken = true;
    this.takeOut(dataId);
    return super.readSync(dataId);
  }

  override readToGPU(dataId: object): ReturnType<WebGPUBackend['readToGPU']> {
    this.takeOut(dataId);
    return super.readToGPU(dataId);
  }

  private dropMoments(stored: Stored): void {
    const { moments } = stored;
    stored.moments = undefined;
    if (moments) this.disposeData(moments.dataId);
  }

  private get inner(): Internals {
    return this as unknown as Internals;
  }

  private slotOf(bound: Bound): Slot | undefined {
    return this.stored(membersOf(bound)[0]).slot;
  }

  /** A tensor of the same numbers, float32, in a buffer of its own. */
  private copyOf(tensor: TensorInfo): TensorInfo {
    if (this.stored(tensor).isHalves) return this.floatsOf(tensor);
    const copy = this.make(this.stored(tensor).shape);
    this.uploadToGPU(copy.dataId);
    this.inner.commandQueueOwnedIds.add(copy.dataId);
    this.recordCopy(this.placeOf(tensor), { buffer: this.stored(copy).resource as GPUBuffer, offset: 0 });
    return copy;
  }

  /** Gives a tensor that has a place in an arena, or is halves, a buffer of its own with float32 numbers. */
  private takeOut(dataId: object): void {
    const stored = this.tensorMap.get(dataId) as unknown as Stored;
    const { slot, resource, isHalves } = stored;
    if (!slot && !isHalves) return;
    if (this.recording) this.recording.isBroken = true;
    const copy = this.copyOf({ dataId, shape: stored.shape, dtype: stored.dtype });
    stored.resource = this.stored(copy).resource as GPUBuffer;
    stored.external = false;
    stored.slot = undefined;
    stored.isHalves = false;
    if (slot) this.arenas.leave(slot);
    else this.inner.uniformPendingDisposal.push(resource as GPUBuffer); // of buffers that are used again
    this.tensorMap.delete(copy.dataId);
    this.inner.commandQueueOwnedIds.add(dataId);
  }

  private moveTo(tensor: TensorInfo, slot: Slot, isForGood: boolean): void {
    const stored = this.stored(tensor);
    if (this.recording) this.recording.isBroken = true;
    if (stored.isHalves) this.takeOut(tensor.dataId);
    if (stored.resource || stored.values) {
      this.uploadToGPU(tensor.dataId);
      this.recordCopy(this.placeOf(tensor), { buffer: slot.arena.buffer, offset: slot.offset });
    }
    const before = stored.slot;
    const { stagingPendingDisposal, uniformPendingDisposal } = this.inner; // of buffers that are destroyed, and used again
    if (stored.resource && !stored.external) {
      (isForGood ? stagingPendingDisposal : uniformPendingDisposal).push(stored.resource);
    }
    stored.resource = slot.arena.buffer;
    stored.external = true;
    stored.slot = slot;
    if (before) this.arenas.leave(before);
    this.inner.commandQueueOwnedIds.add(tensor.dataId);
  }

  private recordCopy(from: Place, to: { readonly buffer: GPUBuffer; readonly offset: number }): void {
    this.ensureCommandEncoderReady();
    this.endComputePassEncoder();
    const encoder = this.inner.commandEncoder as GPUCommandEncoder;
    this.recording?.commands.push({ from, to });
    encoder.copyBufferToBuffer(from.buffer, from.offset, to.buffer, to.offset, from.size);
  }

  /** Of halves, and of integers: tfjs casts them to floats by name only, and what is in memory stays as it was. */
  private floatsOf(tensor: TensorInfo): TensorInfo {
    const floats = this.make(tensor.shape);
    const size = sizeOf(tensor.shape);
    const { dtype } = this.stored(tensor);
    this.run({
      key: `floats of ${dtype} ${size}`,
      reads: { x: { ...tensor, dtype } },
      readable: ['x'],
      writes: { floats },
      ...perThread(size, 'floats[i] = f32(at_x(i));'),
    });
    return floats;
  }

  private stored(tensor: TensorInfo): Stored {
    return this.tensorMap.get(tensor.dataId) as unknown as Stored;
  }

  private upload(uniforms: readonly Uniform[]): GPUBuffer {
    const words = uniformWords(uniforms);
    const buffer = this.bufferManager.acquireBuffer(words.byteLength, GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM);
    this.queue.writeBuffer(buffer, 0, words);
    if (this.recording) this.recording.owned.add(buffer);
    else this.inner.uniformPendingDisposal.push(buffer);
    return buffer;
  }

  /** The names of what a dispatch reads and writes as halves. */
  private halvesOf({ reads, writes, readable = [], writable = [] }: Dispatch): string[] {
    const isHalves = (bound?: Bound) => bound !== undefined && this.stored(membersOf(bound)[0]).isHalves === true;
    return [...readable.filter((name) => isHalves(reads[name])), ...writable.filter((name) => isHalves(writes[name]))];
  }

  /** Makes halves float32 that a dispatch cannot read or write as such. */
  private makeReadable({ reads, writes, scalars = {}, readable = [], writable = [] }: Dispatch): void {
    for (const [name, bound] of [reads, writes, scalars].flatMap((named) => Object.entries<Bound>(named))) {
      if (name in reads ? readable.includes(name) : writable.includes(name)) continue;
      for (const tensor of membersOf(bound)) if (this.stored(tensor).isHalves) this.takeOut(tensor.dataId);
    }
  }
}
