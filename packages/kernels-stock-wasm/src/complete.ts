import * as kernels from '@denoiser/ops';
import type { KernelFunc, NamedAttrMap, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { attention, attentionGrad } from './attention';
import { conv2DBackpropFilter, conv2DBackpropInput } from './convolution';
import { adamWStep, emaStep, gelu, geluGrad } from './elementwise';
import { groupNorm, groupNormGrad } from './group-norm';
import { type Heap, heapOf } from './heap';
import { layerNorm, layerNormGrad } from './layer-norm';
import { batchMatMul, linearGrad } from './products';
import { identity, splitV, unsortedSegmentSum } from './rearrange';
import { maxPool2xGrad, upsample2xGrad } from './resample';

const BACKEND = 'wasm';
const products = onHeap(batchMatMul);

/** What goes to the 'wasm' backend; each takes the heap, the inputs and the attributes. */
const replacements: [name: string, kernelFunc: KernelFunc][] = [
  [tf.Identity, onHeap(identity)],
  [tf.UnsortedSegmentSum, onHeap(unsortedSegmentSum)],
  [tf.BatchMatMul, products],
  [tf.Conv2DBackpropFilter, onHeap(conv2DBackpropFilter)],
  [kernels.GroupNorm, onHeap(groupNorm)],
  [kernels.GroupNormGrad, onHeap(groupNormGrad)],
  [kernels.LayerNorm, onHeap(layerNorm)],
  [kernels.LayerNormGrad, onHeap(layerNormGrad)],
  [kernels.Attention, onHeap(attention)],
  [kernels.AttentionGrad, onHeap(attentionGrad)],
  [kernels.LinearGrad, onHeap(linearGrad)],
  [kernels.Gelu, onHeap(gelu)],
  [kernels.GeluGrad, onHeap(geluGrad)],
  [kernels.MaxPool2xGrad, onHeap(maxPool2xGrad)],
  [kernels.Upsample2xGrad, onHeap(upsample2xGrad)],
  [kernels.AdamWStep, onHeap(adamWStep)],
  [kernels.EmaStep, onHeap(emaStep)],
];

/**
 * Registers with tfjs's stock 'wasm' backend what it lacks for training, and faster kernels where its own are slow: the
 * gradients of convolution, transposed and batched products, and this package's ops as loops over the wasm heap. Calling
 * it again does nothing. `@tensorflow/tfjs-backend-wasm` must have been imported.
 */
export function completeWasmBackend(): void {
  const stock = (name: string) => tf.getKernel(name, BACKEND)?.kernelFunc;
  const splitStock = stock(tf.SplitV);
  if (!splitStock || stock(tf.BatchMatMul) === products) return;
  for (const [name, kernelFunc] of replacements) replace(name, kernelFunc);
  replace(tf.SplitV, splitV(splitStock));
  replace(tf.Conv2DBackpropInput, conv2DBackpropInput);
}

function replace(kernelName: string, kernelFunc: KernelFunc): void {
  if (tf.getKernel(kernelName, BACKEND)) tf.unregisterKernel(kernelName, BACKEND);
  tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
}

function onHeap<Inputs, Attrs>(
  compute: (heap: Heap, inputs: Inputs, attrs: Attrs) => TensorInfo | TensorInfo[],
): KernelFunc {
  return ({ inputs, attrs, backend }: { inputs: NamedTensorInfoMap; attrs?: NamedAttrMap; backend: object }) =>
    compute(heapOf(backend), inputs as unknown as Inputs, attrs as unknown as Attrs);
}
