import { backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { lanes, perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

type Attrs = { numOrSizeSplits: number | number[]; axis: number };

/** All parts in one dispatch: tfjs's own kernel is a slice for each. */
const split = kernel<{ x: TensorInfo }, Attrs>('SplitV', ({ x }, { numOrSizeSplits, axis }, backend, stock) => {
  const [along] = util.parseAxisParam(axis, x.shape) as [number];
  // Of the tensor it reads the shape alone.
  const sizes = backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
  const outer = x.shape.slice(0, along).reduce((a, b) => a * b, 1);
  const inner = x.shape.slice(along + 1).reduce((a, b) => a * b, 1);
  const isOurs = x.dtype === 'float32' || x.dtype === 'int32';
  const isEmpty = outer * inner === 0 || sizes.includes(0);
  if (!isOurs || isEmpty || sizes.length >= backend.capabilities.storageBuffers) return stock();

  const parts = sizes.map((size) =>
    backend.make([...x.shape.slice(0, along), size, ...x.shape.slice(along + 1)], x.dtype),
  );
  const { width, type } = lanes(sizes.every((size) => (size * inner) % 4 === 0) ? 4 : 1);
  const element = x.dtype === 'float32' ? type : width === 4 ? 'vec4i' : 'i32';
  const lengths = sizes.map((size) => (size * inner) / width);
  const row = lengths.reduce((a, b) => a + b, 0);
  const names = sizes.map((_, k) => `y${k}`);
  backend.run({
    key: `split ${element} ${outer} ${lengths}`,
    reads: { x },
    writes: Object.fromEntries(parts.map((part, k) => [`y${k}`, part])),
    types: Object.fromEntries(['x', ...names].map((name) => [name, element])),
    ...perThread(
      outer * row,
      `let row = i / ${row}u;
       var place = i % ${row}u;
       ${lengths
         .map(
           (length, k) =>
             `if (place < ${length}u) { y${k}[row * ${length}u + place] = x[i]; return; } place -= ${length}u;`,
         )
         .join('\n')}`,
    ),
  });
  return parts;
});

export const splitKernels = [split];
