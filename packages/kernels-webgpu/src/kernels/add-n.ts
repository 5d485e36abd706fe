import { AddN, type TensorInfo } from '@tensorflow/tfjs-core';
import { kernel } from './kernel';
import { combine } from './linear-combination';

/** The sum of any number of tensors of one shape; tfjs's own takes no more than a shader can see buffers. */
const addN = kernel<{ readonly [index: string]: TensorInfo }, object>(AddN, (inputs, _, backend, stock) => {
  const tensors = Object.values(inputs);
  const [first] = tensors as [TensorInfo];
  if (tensors.some(({ dtype }) => dtype !== 'float32')) return stock();
  return combine(
    backend,
    first.shape,
    tensors.map((tensor) => ({ tensor, coefficient: 1 })),
  );
});

export const addNKernels = [addN];
