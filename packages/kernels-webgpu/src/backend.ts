import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { type BackendValues, type DataType, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { type Capabilities, readCapabilities } from './capabilities';
import { type Dispatch, moduleOf, signatureOf, sizeOf } from './dispatch';
import { perThread } from './wgsl/per-thread';

/** What tfjs's backend keeps to itself and a dispatch of ours needs: it records into the same passes, in the same order. */
type Internals = {
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  commandQueueOwnedIds: WeakSet<object>;
  uniformPendingDisposal: GPUBuffer[];
  dispatchCountInPass: number;
  activeTimers: unknown;
};
type Stored = { values: BackendValues | null; dtype: DataType; shape: number[]; resource?: GPUBuffer };
type Pipeline = { readonly pipeline: GPUComputePipeline; readonly layout: GPUBindGroupLayout };

/** Dispatches of ours and tfjs's that are recorded before they are handed to the GPU. */
const DISPATCHES_IN_A_SUBMISSION = 64;

/**
 * tfjs's WebGPU backend with a way to run kernels that write several tensors or change them in place, and without the staging
 * buffer that stock tfjs makes for each upload.
 */
export class DenoiserWebGPUBackend extends WebGPUBackend {
  readonly capabilities: Capabilities;
  private readonly pipelines = new Map<string, Pipeline>();
  private readonly layouts = new Map<string, GPUBindGroupLayout>();

  constructor(device: GPUDevice, adapterInfo?: GPUAdapterInfo) {
    super(device, adapterInfo);
    this.capabilities = readCapabilities(device);
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

  /** Records one dispatch; it runs after all that were recorded before. */
  run(dispatch: Dispatch): void {
    const { reads, writes, scalars = {}, uniforms, workgroups } = dispatch;
    const tensors = [reads, writes, scalars].flatMap((named) => Object.values(named));
    if (workgroups.includes(0)) return;
    for (const role of ['reads', 'scalars'] as const) {
      for (const [name, tensor] of Object.entries(dispatch[role] ?? {})) {
        if (tensor.dtype !== 'float32' || this.stored(tensor).dtype === 'float32') continue;
        const floats = this.floatsOf(tensor);
        this.run({ ...dispatch, [role]: { ...dispatch[role], [name]: floats } });
        this.disposeData(floats.dataId);
        return;
      }
    }
    const inner = this as unknown as Internals;
    const entries: GPUBindGroupEntry[] = tensors.map((tensor, binding) => {
      this.uploadToGPU(tensor.dataId);
      inner.commandQueueOwnedIds.add(tensor.dataId);
      return { binding, resource: { buffer: this.stored(tensor).resource as GPUBuffer } };
    });
    // What was read back before is not what is there now.
    for (const tensor of Object.values(writes)) this.stored(tensor).values = null;
    if (uniforms) entries.push({ binding: tensors.length, resource: { buffer: this.upload(Object.values(uniforms)) } });
    const { pipeline, layout } = this.pipelineOf(dispatch);
    const group = this.device.createBindGroup({ layout, entries });
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
    const size = Math.max(4, 4 * stored.shape.reduce((a, b) => a * b, 1));
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
    const alsoUniform = size === 4 ? GPUBufferUsage.UNIFORM : 0; // see `Dispatch.scalars`
    stored.resource = this.bufferManager.acquireBuffer(size, usage | alsoUniform);
    if (!stored.values) return;
    const values = stored.values as ArrayLike<number>;
    const isInteger = stored.dtype === 'int32' || stored.dtype === 'bool';
    const words = isInteger
      ? values instanceof Int32Array
        ? values
        : Int32Array.from(values)
      : values instanceof Float32Array
        ? values
        : Float32Array.from(values);
    if (words.length > 0) this.queue.writeBuffer(stored.resource, 0, words as Float32Array<ArrayBuffer>);
    stored.values = null;
  }

  /** The tensor's own buffer, for whoever draws it: what was recorded to compute it is handed to the GPU first. */
  bufferOf(tensor: TensorInfo): GPUBuffer {
    this.uploadToGPU(tensor.dataId);
    this.endComputePassEncoder();
    if ((this as unknown as Internals).commandEncoder) this.submitQueue();
    return this.stored(tensor).resource as GPUBuffer;
  }

  /** tfjs casts integers to floats by name only: what is in memory stays as it was. */
  private floatsOf(tensor: TensorInfo): TensorInfo {
    const floats = this.make(tensor.shape);
    const size = sizeOf(tensor.shape);
    this.run({
      key: `floats ${size}`,
      reads: { integers: { ...tensor, dtype: this.stored(tensor).dtype } },
      writes: { floats },
      ...perThread(size, 'floats[i] = f32(integers[i]);'),
    });
    return floats;
  }

  private stored(tensor: TensorInfo): Stored {
    return this.tensorMap.get(tensor.dataId) as unknown as Stored;
  }

  private upload(uniforms: readonly (number | { readonly u32: number })[]): GPUBuffer {
    const words = new ArrayBuffer(Math.ceil(uniforms.length / 4) * 16);
    const floats = new Float32Array(words);
    const integers = new Uint32Array(words);
    uniforms.forEach((value, i) => {
      if (typeof value === 'number') floats[i] = value;
      else integers[i] = value.u32;
    });
    const buffer = this.bufferManager.acquireBuffer(words.byteLength, GPUBufferUsage.COPY_DST | GPUBufferUsage.UNIFORM);
    this.queue.writeBuffer(buffer, 0, words);
    (this as unknown as Internals).uniformPendingDisposal.push(buffer);
    return buffer;
  }

  private pipelineOf(dispatch: Dispatch): Pipeline {
    const known = this.pipelines.get(dispatch.key);
    if (known) return known;
    const layout = this.layoutOf(dispatch);
    const pipeline = this.device.createComputePipeline({
      label: dispatch.key,
      layout: this.device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module: this.device.createShaderModule({ label: dispatch.key, code: moduleOf(dispatch) }) },
    });
    const made = { pipeline, layout };
    this.pipelines.set(dispatch.key, made);
    return made;
  }

  private layoutOf(dispatch: Dispatch): GPUBindGroupLayout {
    const signature = signatureOf(dispatch);
    let layout = this.layouts.get(signature.join());
    if (!layout) {
      const entries = signature.map((type, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        buffer: { type },
      }));
      layout = this.device.createBindGroupLayout({ entries });
      this.layouts.set(signature.join(), layout);
    }
    return layout;
  }
}
