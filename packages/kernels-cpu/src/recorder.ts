import type { Recorder } from '@denoiser/ops';
import {
  type DataStorage,
  type DataType,
  type Tensor,
  type TensorInfo,
  engine as tfEngine,
  tidy,
} from '@tensorflow/tfjs-core';
import type { Engine } from './machine/engine';
import { type CpuRecording, RecordedWork } from './recording';
import { hasMemory, type TensorData } from './tensor-data';

/** What recording asks of the backend. */
type RecordedBackend = {
  readonly engine: Engine;
  readonly data: DataStorage<TensorData>;
  readonly isRecording: boolean;
  /** Those that have memory. */
  readonly recordings: Set<CpuRecording>;
  recordedIn<T>(recorded: RecordedWork, work: () => T): T;
  output(shape: readonly number[], dtype: DataType): TensorInfo;
};

/** Returns what records work on a backend. */
export function recorderOf(backend: RecordedBackend): Recorder {
  const { engine } = backend;

  function copyInto(from: TensorInfo, to: TensorInfo): void {
    const { address, bytes } = backend.data.get(from.dataId);
    engine.copy(address, backend.data.get(to.dataId).address, bytes);
  }

  function copy(tensor: TensorInfo): Tensor {
    const to = backend.output(tensor.shape, tensor.dtype);
    copyInto(tensor, to);
    return tfEngine().makeTensorFromTensorInfo(to);
  }

  return {
    canRecord: (given) => !backend.isRecording && given.every(({ dtype }) => hasMemory(dtype)),
    copy,
    copyInto,
    record(work) {
      const recorded = new RecordedWork();
      const output = backend.recordedIn(recorded, () => tidy(work));
      return { output, recording: recorded.end(engine, backend.data.get(output.dataId), backend.recordings) };
    },
  };
}
