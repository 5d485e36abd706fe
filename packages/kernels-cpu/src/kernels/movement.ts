import { backend_util, type DataType, slice_util, type TensorInfo, util } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import { Cast, jobs } from '../machine/generated/jobs';
import { BLOCK } from './elementwise';
import { type EngineKernel, fallBack, kernel, sizeOf } from './kernel';
import { chunksOf, five, fold, stridesOf } from './layout';

/** One side of a copy: where element 0 lies and the strides, in elements. */
type Side = { address: number; strides: readonly number[] };

/** Copies `shape` elements of 4 bytes between two layouts. Returns false if there are too many axes for the job. */
function copy(backend: CpuEngineBackend, shape: readonly number[], from: Side, to: Side): boolean {
  const walk = fold(shape, [from.strides, to.strides]);
  if (!walk) return false;
  if (sizeOf(shape) === 0) return true;
  const { rowBlock, columnBlock, chunks } = chunksOf(walk);
  const [fromStrides, toStrides] = walk.strides as [number[], number[]];
  backend.engine.run(jobs.copy, chunks, {
    rows: walk.rows,
    columns: walk.columns,
    rowBlock,
    columnBlock,
    axes: walk.sizes.length,
    sizes: five(walk.sizes),
    from: from.address,
    to: to.address,
    fromStep: (walk.steps[0] as number) * 4,
    toStep: (walk.steps[1] as number) * 4,
    fromStrides: five(fromStrides, 4),
    toStrides: five(toStrides, 4),
  });
  return true;
}

export function fill(
  backend: CpuEngineBackend,
  address: number,
  elements: number,
  value: number,
  dtype: DataType,
): void {
  const word = dtype === 'float32' ? (new Int32Array(Float32Array.of(value).buffer)[0] as number) : value;
  backend.engine.run(jobs.fill, Math.ceil(elements / BLOCK), { to: address, size: elements, block: BLOCK, word });
}

const words = (...tensors: TensorInfo[]) => tensors.every(({ dtype }) => dtype === 'float32' || dtype === 'int32');
const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * (b[i] as number), 0);

/** Tells whether a shape has at most the 6 axes that a copy can have; others are left to tfjs's kernels. */
const fewAxes = (shape: readonly number[]) => shape.filter((size) => size !== 1).length <= 6;

const slice = kernel<{ x: TensorInfo }, { begin: number | number[]; size: number | number[] }>(
  'Slice',
  ({ x }, attrs, backend) => {
    if (!words(x) || !fewAxes(x.shape)) return fallBack('Slice', { x }, attrs, backend);
    const [begin, size] = slice_util.parseSliceParams(x as never, attrs.begin, attrs.size);
    slice_util.assertParamsValid(x as never, begin, size);
    const strides = stridesOf(x.shape);
    const y = backend.output(size, x.dtype);
    const from = { address: backend.address(x) + dot(begin, strides) * 4, strides };
    copy(backend, size, from, { address: backend.address(y), strides: stridesOf(size) });
    return y;
  },
);

const splitV = kernel<{ x: TensorInfo }, { numOrSizeSplits: number[] | number; axis: number }>(
  'SplitV',
  ({ x }, attrs, backend) => {
    if (!words(x) || !fewAxes(x.shape)) return fallBack('SplitV', { x }, attrs, backend);
    const axis = util.parseAxisParam(attrs.axis, x.shape)[0] as number;
    const sizes = backend_util.prepareSplitSize(x as never, attrs.numOrSizeSplits, axis);
    const strides = stridesOf(x.shape);
    let begin = 0;
    return sizes.map((size) => {
      const shape = x.shape.map((all, i) => (i === axis ? size : all));
      const y = backend.output(shape, x.dtype);
      const from = { address: backend.address(x) + begin * (strides[axis] as number) * 4, strides };
      copy(backend, shape, from, { address: backend.address(y), strides: stridesOf(shape) });
      begin += size;
      return y;
    });
  },
);

const concat = kernel<{ [index: string]: TensorInfo }, { axis: number }>('Concat', (inputs, attrs, backend) => {
  const all = Object.values(inputs);
  const first = all[0] as TensorInfo;
  const sameType = all.every(({ dtype }) => dtype === first.dtype);
  if (!words(...all) || !sameType || !fewAxes(first.shape)) return fallBack('Concat', inputs, attrs, backend);
  const axis = util.parseAxisParam(attrs.axis, first.shape)[0] as number;
  const shapes = all.map(({ shape }) => shape);
  backend_util.assertParamsConsistent(shapes, axis);
  const shape = backend_util.computeOutShape(shapes, axis);
  const y = backend.output(shape, first.dtype);
  const strides = stridesOf(shape);
  let begin = 0;
  for (const x of all) {
    const to = { address: backend.address(y) + begin * (strides[axis] as number) * 4, strides };
    copy(backend, x.shape, { address: backend.address(x), strides: stridesOf(x.shape) }, to);
    begin += x.shape[axis] as number;
  }
  return y;
});

const pad = kernel<{ x: TensorInfo }, { paddings: [number, number][]; constantValue: number }>(
  'PadV2',
  ({ x }, attrs, backend) => {
    if (!words(x) || !fewAxes(x.shape)) return fallBack('PadV2', { x }, attrs, backend);
    const shape = x.shape.map((size, i) => size + (attrs.paddings[i]?.[0] ?? 0) + (attrs.paddings[i]?.[1] ?? 0));
    const y = backend.output(shape, x.dtype);
    const strides = stridesOf(shape);
    fill(backend, backend.address(y), sizeOf(shape), attrs.constantValue ?? 0, x.dtype);
    const begin = attrs.paddings.map(([before]) => before);
    const to = { address: backend.address(y) + dot(begin, strides) * 4, strides };
    copy(backend, x.shape, { address: backend.address(x), strides: stridesOf(x.shape) }, to);
    return y;
  },
);

const transpose = kernel<{ x: TensorInfo }, { perm: number[] }>('Transpose', ({ x }, attrs, backend) => {
  if (!words(x) || !fewAxes(x.shape)) return fallBack('Transpose', { x }, attrs, backend);
  const strides = stridesOf(x.shape);
  const shape = attrs.perm.map((axis) => x.shape[axis] as number);
  const y = backend.output(shape, x.dtype);
  const from = { address: backend.address(x), strides: attrs.perm.map((axis) => strides[axis] as number) };
  copy(backend, shape, from, { address: backend.address(y), strides: stridesOf(shape) });
  return y;
});

const tile = kernel<{ x: TensorInfo }, { reps: number[] }>('Tile', ({ x }, attrs, backend) => {
  // Seen as [reps₀, size₀, reps₁, size₁, …], of which x is the same along every reps.
  const inner = stridesOf(x.shape);
  const pairs = x.shape.flatMap((size, i) => [attrs.reps[i] as number, size]);
  const strides = inner.flatMap((stride) => [0, stride]);
  if (!words(x) || !fewAxes(pairs)) return fallBack('Tile', { x }, attrs, backend);
  const shape = x.shape.map((size, i) => size * (attrs.reps[i] as number));
  const y = backend.output(shape, x.dtype);
  copy(
    backend,
    pairs,
    { address: backend.address(x), strides },
    {
      address: backend.address(y),
      strides: stridesOf(pairs),
    },
  );
  return y;
});

const filled = kernel<object, { shape: number[]; value: number | string; dtype?: DataType }>(
  'Fill',
  (_inputs, attrs, backend) => {
    const dtype = attrs.dtype ?? (typeof attrs.value === 'string' ? 'string' : 'float32');
    if (dtype !== 'float32' && dtype !== 'int32') return fallBack('Fill', {}, attrs, backend);
    const y = backend.output(attrs.shape, dtype);
    fill(backend, backend.address(y), sizeOf(attrs.shape), attrs.value as number, dtype);
    return y;
  },
);

const likes: EngineKernel[] = ['ZerosLike', 'OnesLike'].map((name, value) =>
  kernel<{ x: TensorInfo }, Record<string, unknown>>(name, ({ x }, attrs, backend) => {
    if (!words(x)) return fallBack(name, { x }, attrs, backend);
    const y = backend.output(x.shape, x.dtype);
    fill(backend, backend.address(y), sizeOf(x.shape), value, x.dtype);
    return y;
  }),
);

const CASTS: Readonly<Record<string, Cast>> = {
  'int32 float32': Cast.intToFloat,
  'bool float32': Cast.boolToFloat,
  'float32 int32': Cast.floatToInt,
  'bool int32': Cast.boolToInt,
};

const cast = kernel<{ x: TensorInfo }, { dtype: DataType }>('Cast', ({ x }, attrs, backend) => {
  if (x.dtype === attrs.dtype && words(x)) {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  }
  const kind = CASTS[`${x.dtype} ${attrs.dtype}`];
  if (kind === undefined) return fallBack('Cast', { x }, attrs, backend);
  const y = backend.output(x.shape, attrs.dtype);
  const [from, to] = [backend.address(x), backend.address(y)];
  backend.engine.run(jobs.cast, 1, { kind, from, to, size: sizeOf(x.shape) });
  return y;
});

export const movementKernels = [slice, splitV, concat, pad, transpose, tile, filled, ...likes, cast];
