import type {
  KernelFunc,
  NamedAttrMap,
  NamedTensorInfoMap,
  NamedTensorMap,
  Tensor,
  TensorInfo,
} from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { unsupported } from '../errors';
import { createBatch } from '../graph/batch';
import { createGraph, type Graph, type Writing } from '../graph/graph';
import { type ConstantValue, isConstant, type Value } from '../graph/value';
import { emitters } from '../kernels/index';
import { TRACE, TraceBackend } from './backend';

/** An input or output of a graph: its name, its shape as the network has it, [B, …], and its form there. */
export interface Port {
  readonly name: string;
  readonly shape: readonly number[];
  readonly order: readonly number[];
  readonly type: 'float32' | 'int64';
}

export interface Trace {
  readonly graph: Graph;
  readonly inputs: readonly Port[];
  readonly output: Port;
  /** Frees the constants. */
  dispose(): void;
}

/**
 * Runs a network once on symbols and returns the graph of what it computes. Every kernel that it runs appends nodes; what
 * depends on no input is computed at once, on the backend that was there.
 *
 * @param network gets a tensor for each input
 * @throws DenoiserError where a kernel has no form in ONNX.
 */
export function trace(
  network: (...inputs: Tensor[]) => Tensor,
  o: {
    readonly inputs: readonly Port[];
    /** Its name, order and type. */
    readonly output: Omit<Port, 'shape'>;
    readonly parameters: ReadonlyMap<string, Tensor>;
    readonly batch: number;
    readonly writing: Writing;
  },
): Trace {
  const before = tf.getBackend();
  const constants = new Map<object, ConstantValue>();
  const parameterNames = new Map(Array.from(o.parameters, ([name, { dataId }]) => [dataId, name]));
  const backend = new TraceBackend(run);

  /** Computes on the backend that was there. Nothing here waits, so no other program finds the wrong one. */
  const there = <T>(compute: () => T): T => {
    const current = tf.getBackend();
    tf.setBackend(before);
    try {
      return compute();
    } finally {
      tf.setBackend(current);
    }
  };
  const keep = (tensor: Tensor, parameter?: string): ConstantValue => {
    const { dataId, shape } = tensor;
    const known = constants.get(dataId);
    if (known) return { ...known, shape };
    const constant = there(() => tf.keep(tf.clone(tensor)));
    const value = { constant, shape, ...(parameter !== undefined && { parameter }) };
    constants.set(dataId, value);
    return value;
  };
  const fold: Graph['fold'] = (compute, parameter) =>
    keep(
      there(() => tf.tidy(compute)),
      parameter,
    );
  const graph = createGraph(o.writing, createBatch(o.batch), fold);
  const valueFor = (tensor: TensorInfo): Value =>
    backend.values.get(tensor.dataId) ?? keep(tensor as Tensor, parameterNames.get(tensor.dataId));
  const tensorOf = (value: Value): TensorInfo => {
    const dataId = {};
    backend.values.set(dataId, value);
    const isWhole = !isConstant(value) && value.type === 'int64';
    return { dataId, shape: [...value.shape], dtype: isWhole ? 'int32' : 'float32' };
  };
  registerKernels(before);
  tf.registerBackend(TRACE, () => backend, 0);
  tf.setBackend(TRACE);
  try {
    let shape: readonly number[] = [];
    tf.tidy(() => {
      const tensors = o.inputs.map(({ name, shape, ...form }) =>
        tf.engine().makeTensorFromTensorInfo(tensorOf(graph.value(name, shape, form))),
      );
      const value = valueFor(network(...tensors));
      graph.output(o.output.name, value, o.output);
      ({ shape } = value);
    });
    return { graph, inputs: o.inputs, output: { ...o.output, shape }, dispose };
  } catch (error) {
    dispose();
    throw error;
  } finally {
    tf.setBackend(before);
    tf.removeBackend(TRACE);
  }

  function run(kernel: string, inputs: NamedTensorInfoMap, attrs: unknown): TensorInfo | TensorInfo[] {
    const given = Object.entries(inputs) as [string, TensorInfo][];
    if (given.every(([, { dataId }]) => !backend.values.has(dataId))) {
      return there(() => tf.engine().runKernel(kernel, inputs as NamedTensorMap, attrs as NamedAttrMap));
    }
    const emit = emitters[kernel];
    if (!emit) throw unsupported(kernel);
    const values = Object.fromEntries(given.map(([name, tensor]) => [name, valueFor(tensor)]));
    const outputs = emit({ graph, inputs: values, attrs: attrs as never });
    return Array.isArray(outputs) ? outputs.map(tensorOf) : tensorOf(outputs);
  }

  function dispose(): void {
    for (const { constant } of constants.values()) constant.dispose();
    constants.clear();
  }
}

/**
 * Gives the backend every kernel that can be written down, and those that the other backend has. Those of `@denoiser/ops` that
 * cannot be are left out: they fall apart into others.
 */
function registerKernels(backendName: string): void {
  const others = tf.getKernelsForBackend(backendName).map(({ kernelName }) => kernelName);
  const names = [...Object.keys(emitters), ...others.filter((name) => !name.startsWith('denoiser.'))];
  for (const kernelName of new Set(names)) {
    if (tf.getKernel(kernelName, TRACE)) continue;
    const kernelFunc: KernelFunc = ({ inputs, attrs, backend }) =>
      (backend as TraceBackend).run(kernelName, inputs, attrs);
    tf.registerKernel({ kernelName, backendName: TRACE, kernelFunc });
  }
}
