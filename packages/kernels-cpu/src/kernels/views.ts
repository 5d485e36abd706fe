import type { TensorInfo } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { fallBack, kernel, sizeOf } from './kernel';

const reshape = kernel<{ x: TensorInfo }, { shape: number[] }>('Reshape', ({ x }, attrs, backend) => {
  const size = sizeOf(x.shape);
  const shape = util.inferFromImplicitShape(attrs.shape, size);
  util.assert(
    size === sizeOf(shape),
    () =>
      `The new shape (${shape}) has ${sizeOf(shape)} elements and the old shape (${x.shape}) has ${size} elements. The new shape and old shape must have the same number of elements.`,
  );
  const data = backend.data.get(x.dataId);
  if (data.complexTensorInfos) return fallBack('Reshape', { x }, attrs, backend);
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape, dtype: x.dtype };
});

const identity = kernel<{ x: TensorInfo }, object>('Identity', ({ x }, _attrs, backend) => {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
});

export const viewKernels = [reshape, identity];
