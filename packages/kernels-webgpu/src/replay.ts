import type { Recorder } from '@denoiser/ops';
import { engine, type Tensor, type TensorInfo, tidy } from '@tensorflow/tfjs-core';
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

/** Returns what records work on a backend, and plays it as commands. */
export function recorderOf(device: ReplayDevice): Recorder {
  function copy(tensor: TensorInfo): Tensor {
    const to = device.make(tensor.shape, tensor.dtype);
    device.copyInto(tensor, to);
    return engine().makeTensorFromTensorInfo(to);
  }

  return {
    canRecord: (given) => device.isPlain && given.every((tensor) => device.isWhatItSays(tensor)),
    copy,
    copyInto: device.copyInto,
    record(work) {
      const recording = new Recording();
      const { commands, bound, owned } = recording;
      let isKept = false;
      try {
        const output = device.recordedIn(recording, () => tidy(() => device.asItSays(work())));
        isKept = !recording.isBroken;
        if (!isKept) return { output, recording: undefined };
        // Other tensors that it reads, such as weights; those of its own are gone.
        const places = [...bound].flatMap((id) => {
          const place = device.placeNow(id);
          return place ? [[id, place] as const] : [];
        });
        const isInPlace = () =>
          places.every(([id, { buffer, offset }]) => {
            const now = device.placeNow(id);
            return now?.buffer === buffer && now.offset === offset;
          });
        return {
          output,
          recording: { isInPlace, play: () => device.play(commands), release: () => device.release(owned) },
        };
      } finally {
        if (!isKept) device.release(owned);
      }
    },
  };
}
