import { engine, keep, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
import type { Place } from './arenas';
import type { Dispatch } from './dispatch';

/** What is handed to the GPU. */
export type Command =
  | {
      readonly pipeline: GPUComputePipeline;
      readonly group: GPUBindGroup;
      readonly workgroups: Dispatch['workgroups'];
    }
  | { readonly from: Place; readonly to: Pick<Place, 'buffer' | 'offset'> };

/** What a call runs, written down as it does, and the memory in which it does so: that stays the recording's. */
export class Recording {
  readonly commands: Command[] = [];
  /** Tensors that were bound. */
  readonly bound = new Set<object>();
  /** Buffers that nobody else may have. */
  readonly owned = new Set<GPUBuffer>();
  /** Whether something was done that cannot be done again by commands alone. */
  isBroken = false;
  private readonly results = new Set<GPUBuffer>();
  private readonly constants = new Set<GPUBuffer>();
  private readonly free = new Map<string, GPUBuffer[]>();

  /**
   * A buffer for a result, of a tensor that is gone: what reads that one comes before what writes this one. Not where the recording is in
   * vain: then numbers may also come through the queue, before commands that still read what was there.
   */
  reuse(size: number, usage: number): GPUBuffer | undefined {
    if (this.isBroken) return undefined;
    const buffer = this.free.get(`${size} ${usage}`)?.pop();
    if (buffer) this.owned.delete(buffer);
    return buffer;
  }

  /** Tells the buffer of a new result. */
  keepResult(buffer: GPUBuffer): void {
    this.results.add(buffer);
  }

  /** Tells a buffer whose numbers came from JavaScript: they are not written again, so nothing else may be. */
  keepConstant(buffer: GPUBuffer): void {
    this.constants.add(buffer);
  }

  /** A pass that hands to another one what it is told, and writes it down. */
  listening(pass: GPUComputePassEncoder): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline;
    let group: GPUBindGroup;
    const listener: Pick<GPUComputePassEncoder, 'setPipeline' | 'setBindGroup' | 'dispatchWorkgroups'> = {
      setPipeline(given) {
        pipeline = given;
        pass.setPipeline(given);
      },
      setBindGroup: (index: number, given: GPUBindGroup | null) => {
        group = given as GPUBindGroup;
        pass.setBindGroup(index, given);
      },
      dispatchWorkgroups: (...workgroups) => {
        this.commands.push({ pipeline, group, workgroups });
        pass.dispatchWorkgroups(...workgroups);
      },
    };
    return listener as GPUComputePassEncoder;
  }

  /** Takes over the buffer of a tensor that goes, if it was made meanwhile; returns whether it did. */
  takeOver(buffer: GPUBuffer): boolean {
    const isResult = this.results.has(buffer);
    if (!isResult && !this.constants.has(buffer)) return false;
    this.owned.add(buffer);
    if (isResult) {
      const key = `${buffer.size} ${buffer.usage}`;
      this.free.set(key, [...(this.free.get(key) ?? []), buffer]);
    }
    return true;
  }
}

/** What replays ask of the backend. */
export type ReplayDevice = {
  /** Whether kernels are run for their results: not to compile them, nor to time each of them. */
  readonly isPlain: boolean;
  /** Whether what a tensor's memory holds is what its type says. */
  isWhatItSays(tensor: TensorInfo): boolean;
  /** A tensor whose memory does: the same, or another of its numbers. */
  asItSays(tensor: Tensor): Tensor;
  make(shape: readonly number[], dtype: TensorInfo['dtype']): TensorInfo;
  copyInto(from: TensorInfo, to: TensorInfo): void;
  /** Where a tensor is; undefined where it is gone. */
  placeNow(dataId: object): Place | undefined;
  recordedIn<T>(recording: Recording, work: () => T): T;
  /** Hands commands to the GPU, after what was recorded before. */
  play(commands: readonly Command[]): void;
  release(buffers: Iterable<GPUBuffer>): void;
};

type Plan = {
  readonly commands: readonly Command[];
  /** In whose places the work finds what it is given. */
  readonly inputs: readonly Tensor[];
  readonly output: Tensor;
  /** Places of other tensors that it reads, such as weights. */
  readonly outside: readonly (readonly [dataId: object, place: Place])[];
  readonly owned: Iterable<GPUBuffer>;
};

/**
 * Work of tensors, of which a call runs the same kernels whenever the inputs have the same shapes: the first one is recorded, later ones
 * are its commands once more, which takes a fraction of the time in JavaScript. Memory of the way is kept until `dispose`.
 */
export class Replayed {
  private readonly plans = new Map<string, Plan>();
  /** How often it may be recorded in vain: the first call may put tensors where the later ones find them. */
  private attempts = 2;

  constructor(
    private readonly device: ReplayDevice,
    private readonly work: (...inputs: Tensor[]) => Tensor,
  ) {}

  /** Returns the work's result, which the caller disposes. */
  call(...given: Tensor[]): Tensor {
    const { device } = this;
    const isPlain = this.attempts > 0 && device.isPlain && engine().state.gradientDepth === 0;
    if (!isPlain || !given.every((tensor) => device.isWhatItSays(tensor))) return this.work(...given);
    const key = given.map(({ dtype, shape }) => `${dtype} ${shape}`).join();
    const plan = this.plans.get(key);
    if (plan && this.isInPlace(plan)) {
      for (const [i, tensor] of given.entries()) device.copyInto(tensor, plan.inputs[i] as Tensor);
      device.play(plan.commands);
      return this.copyOf(plan.output);
    }
    if (plan) this.forget(key, plan);
    return this.record(key, given);
  }

  /** Gives the memory back; calls are the work's own from now on. */
  dispose(): void {
    this.attempts = 0;
    for (const [key, plan] of this.plans) this.forget(key, plan);
  }

  private record(key: string, given: readonly Tensor[]): Tensor {
    const { device } = this;
    const recording = new Recording();
    const inputs = given.map((tensor) => keep(this.copyOf(tensor)));
    let output: Tensor | undefined;
    try {
      output = device.recordedIn(recording, () => tidy(() => device.asItSays(this.work(...inputs))));
      const { dataId } = output;
      if (inputs.some((input) => input.dataId === dataId)) recording.isBroken = true;
      if (recording.isBroken) return output;
      const own = new Set([...inputs, output].map((tensor) => tensor.dataId));
      const outside = [...recording.bound].flatMap((id) => {
        const place = own.has(id) ? undefined : device.placeNow(id);
        return place ? [[id, place] as const] : [];
      });
      const { commands, owned } = recording;
      this.plans.set(key, { commands, inputs, output: keep(output), outside, owned });
      return this.copyOf(output);
    } finally {
      if (!this.plans.has(key) || recording.isBroken) {
        this.attempts--;
        for (const input of inputs) if (input !== output) input.dispose();
        device.release(recording.owned);
      }
    }
  }

  private isInPlace({ outside }: Plan): boolean {
    return outside.every(([dataId, { buffer, offset }]) => {
      const now = this.device.placeNow(dataId);
      return now?.buffer === buffer && now.offset === offset;
    });
  }

  private copyOf(tensor: Tensor): Tensor {
    const copy = this.device.make(tensor.shape, tensor.dtype);
    this.device.copyInto(tensor, copy);
    return engine().makeTensorFromTensorInfo(copy);
  }

  private forget(key: string, { inputs, output, owned }: Plan): void {
    this.plans.delete(key);
    for (const tensor of [...inputs, output]) tensor.dispose();
    this.device.release(owned);
  }
}
