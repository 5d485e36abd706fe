import { type BackendValues, KernelBackend, type NamedTensorInfoMap, type TensorInfo } from '@tensorflow/tfjs-core';
import { OnnxError } from '../errors';
import type { Value } from '../graph/value';

/** The name of the backend on which networks are written down instead of computed. */
export const TRACE = 'denoiser-onnx';

/** A backend of TensorFlow.js whose tensors are values of a graph. Only tensors that a network makes of numbers have numbers. */
export class TraceBackend extends KernelBackend {
  /** The values of tensors by data id; tensors of numbers, here or on another backend, have none. */
  readonly values = new WeakMap<object, Value>();
  private readonly numbers = new WeakMap<object, BackendValues>();

  /** @param run writes down a kernel */
  constructor(readonly run: (kernel: string, inputs: NamedTensorInfoMap, attrs: unknown) => TensorInfo | TensorInfo[]) {
    super();
  }

  override write(values: BackendValues): object {
    const dataId = {};
    this.numbers.set(dataId, values);
    return dataId;
  }

  override move(dataId: object, values: BackendValues): void {
    this.numbers.set(dataId, values);
  }

  override readSync(dataId: object): BackendValues {
    const values = this.numbers.get(dataId);
    if (values) return values;
    throw new OnnxError(
      'numbers-unknown',
      'The network looks at the numbers of a tensor on its way, which are not known when it is written as an ONNX model; leave the choice that depends on them out of the network.',
    );
  }

  override async read(dataId: object): Promise<BackendValues> {
    return this.readSync(dataId);
  }

  override refCount = () => 1;
  override incRef = () => {};
  override disposeData = () => true;
  override numDataIds = () => 0;
  override memory = () => ({ unreliable: true });
  override timerAvailable = () => false;
  override floatPrecision = () => 32 as const;
  override epsilon = () => 1e-7;
  override dispose = () => {};
}
