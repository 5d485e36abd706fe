import type { KernelFunc, SplitVAttrs, Tensor, TensorInfo, UnsortedSegmentSumAttrs } from '@tensorflow/tfjs-core';
import { backend_util, util } from '@tensorflow/tfjs-core';
import { type Heap, heapOf } from './heap';

/** A clone shares its memory; the stock kernel copies, and tfjs clones all that it saves for gradients. */
export function identity(heap: Heap, { x }: { x: TensorInfo }): TensorInfo {
  return heap.share(x, x.shape);
}

/** Parts along an axis: what the gradient of a concatenation needs. `stock` is the backend's own, for other types. */
export function splitV(stock: KernelFunc): KernelFunc {
  return (call) => {
    const { x } = call.inputs as { x: TensorInfo };
    if (x.dtype !== 'float32') return stock(call);
    const { numOrSizeSplits, axis } = call.attrs as unknown as SplitVAttrs;
    const heap = heapOf(call.backend);
    const along = util.parseAxisParam(axis, x.shape)[0];
    const sizes = backend_util.prepareSplitSize(x as Tensor, numOrSizeSplits, along);
    const outer = util.sizeFromShape(x.shape.slice(0, along));
    const inner = util.sizeFromShape(x.shape.slice(along + 1));
    const row = x.shape[along] * inner;
    let start = 0;
    return sizes.map((size) => {
      const out = heap.make(x.shape.map((n, i) => (i === along ? size : n)));
      const from = heap.floats(x);
      const to = heap.floats(out);
      let target = 0;
      for (let o = 0; o < outer; o++) {
        const first = o * row + start;
        for (let i = first; i < first + size * inner; i++) to[target++] = from[i];
      }
      start += size * inner;
      return out;
    });
  };
}

/** out[segment] = Σ of the rows of x with that segment id; ids outside are left out. */
export function unsortedSegmentSum(
  heap: Heap,
  { x, segmentIds }: { x: TensorInfo; segmentIds: TensorInfo },
  { numSegments }: UnsortedSegmentSumAttrs,
): TensorInfo {
  const rest = x.shape.slice(segmentIds.shape.length);
  const out = heap.make([numSegments, ...rest]);
  const width = util.sizeFromShape(rest);
  const ids = heap.ints(segmentIds);
  const from = heap.floats(x);
  const to = heap.floats(out).fill(0);
  ids.forEach((id, row) => {
    if (id < 0 || id >= numSegments) return;
    for (let i = 0; i < width; i++) to[id * width + i] += from[row * width + i];
  });
  return out;
}
