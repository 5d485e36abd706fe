import { type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { FLAT_GROUP, flat } from '../dispatch';
import { lanesOf } from '../wgsl/lanes';
import { perThread } from '../wgsl/per-thread';
import { kernel } from './kernel';

/** Invocations in a workgroup, at most. */
const THREADS = 256;
/** Workgroups that keep a GPU busy: where the result alone asks for fewer, what is added up is cut into slices. */
const ENOUGH_GROUPS = 64;
/** Elements that an invocation adds up, at least, before a slice is worth its second pass. */
const DEPTH = 8;
/** So few elements one invocation adds up alone. */
const FEW = 64;

type Attrs = { axis: number | number[]; keepDims: boolean };
type View = { readonly outer: number; readonly reduced: number; readonly inner: number };

/** tfjs's own kernels reduce the last axes only: others are transposed first, which moves the whole tensor twice. */
export const sumKernels = (['Sum', 'Mean'] as const).map((name) =>
  kernel<{ x: TensorInfo }, Attrs>(name, ({ x }, { axis, keepDims }, backend, stock) => {
    const axes = util.parseAxisParam(axis, x.shape);
    const view = viewOf(x.shape, axes);
    if (x.dtype !== 'float32' || !view) return stock();
    const shape = x.shape.flatMap((size, i) => (!axes.includes(i) ? [size] : keepDims ? [1] : []));
    return sum(backend, x, view, shape, name === 'Mean' ? 1 / view.reduced : 1);
  }),
);

/** The sum over each image's pixels: [B, H, W, C] → [B, C]. */
export function sumOfPixels(backend: DenoiserWebGPUBackend, x: TensorInfo): TensorInfo {
  const [images, height, width, channels] = x.shape as [number, number, number, number];
  return sum(backend, x, { outer: images, reduced: height * width, inner: channels }, [images, channels], 1);
}

/** The tensor as three axes, of which the middle one is reduced; nothing if the reduced axes have others between them. */
function viewOf(shape: readonly number[], axes: readonly number[]): View | undefined {
  const view = { outer: 1, reduced: 1, inner: 1 };
  for (const [i, size] of shape.entries()) {
    if (size === 0) return undefined;
    if (size === 1) continue;
    if (!axes.includes(i)) view[view.reduced === 1 ? 'outer' : 'inner'] *= size;
    else if (view.inner === 1) view.reduced *= size;
    else return undefined;
  }
  return view.reduced === 1 ? undefined : view;
}

/** x [outer, reduced, inner] → [outer, inner] times `scale`, in one pass or two. */
function sum(
  backend: DenoiserWebGPUBackend,
  x: TensorInfo,
  { outer, reduced, inner }: View,
  shape: readonly number[],
  scale: number,
): TensorInfo {
  // Along a row, four neighbours are added up as lanes; across rows, four columns lie beside each other.
  const isRow = inner === 1;
  const lanes = lanesOf(isRow ? reduced : inner);
  const length = isRow ? reduced / lanes.width : reduced;
  const columns = isRow ? 1 : inner / lanes.width;
  if (length < FEW) {
    const y = backend.make(shape);
    backend.run({
      key: `sumOfFew ${outer} ${reduced} ${inner} ${scale}`,
      reads: { x },
      writes: { y },
      types: { x: lanes.type, y: isRow ? 'f32' : lanes.type },
      ...perThread(
        outer * columns,
        `var sum = Lanes();
         let first = i / ${columns}u * ${length * columns}u + i % ${columns}u;
         for (var r = 0u; r < ${length}u; r++) { sum += x[first + r * ${columns}u]; }
         y[i] = ${isRow ? 'total(sum)' : 'sum'} * ${scale};`,
        lanes.code,
      ),
    });
    return y;
  }
  const threads = Math.min(THREADS, backend.capabilities.workgroupSize);
  const tile = Math.min(columns, 64, threads);
  const tiles = Math.ceil(columns / tile);
  const rows = Math.floor(threads / tile);
  const wanted = Math.ceil(ENOUGH_GROUPS / (outer * tiles));
  const slices = Math.max(1, Math.min(wanted, Math.floor(length / (rows * DEPTH))));
  const y = backend.make(slices > 1 ? [outer, slices, inner] : shape);
  const factor = slices > 1 ? 1 : scale;
  backend.run({
    key: `sum ${threads} ${outer} ${reduced} ${inner} ${slices} ${factor}`,
    reads: { x },
    writes: { y },
    types: { x: lanes.type, y: isRow ? 'f32' : lanes.type },
    workgroups: flat(outer * tiles * slices),
    code: () => `
      ${lanes.code}
      ${FLAT_GROUP}
      var<workgroup> terms: array<Lanes, ${tile * rows}>;
      @compute @workgroup_size(${tile * rows})
      fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u,
              @builtin(local_invocation_index) local: u32) {
        let place = flatGroup(group, groups);
        let column = place % ${tiles}u * ${tile}u + local % ${tile}u;
        let slice = place / ${tiles}u % ${slices}u;
        let outer = place / ${tiles * slices}u;
        var sum = Lanes();
        if (column < ${columns}u && outer < ${outer}u) {
          for (var r = slice * ${rows}u + local / ${tile}u; r < ${length}u; r += ${rows * slices}u) {
            sum += x[(outer * ${length}u + r) * ${columns}u + column];
          }
        }
        terms[local] = sum;
        workgroupBarrier();
        for (var count = ${rows}u; count > 1u; count -= count / 2u) {
          let half = count - count / 2u;
          if (local < (count / 2u) * ${tile}u) { terms[local] += terms[local + half * ${tile}u]; }
          workgroupBarrier();
        }
        if (local < ${tile}u && column < ${columns}u && outer < ${outer}u) {
          let all = terms[local] * ${factor};
          y[(outer * ${slices}u + slice) * ${columns}u + column] = ${isRow ? 'total(all)' : 'all'};
        }
      }`,
  });
  if (slices === 1) return y;
  const result = sum(backend, y, { outer, reduced: slices, inner }, shape, scale);
  backend.disposeData(y.dataId);
  return result;
}
