import {
  Gelu,
  GeluGrad,
  LinearCombination,
  type LinearCombinationAttrs,
  type LinearCombinationInputs,
  Silu,
  SiluGrad,
  type UnaryGradInputs,
} from '@denoiser/ops';
import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import { type EngineKernel, fallBack, kernel, sizeOf } from './kernel';
import { broadcastStrides, chunksOf, five, fold } from './layout';
import { SCRATCH } from './scratch';

/** Numbers of assembly/elementwise.ts. */
const UNARY: Readonly<Record<string, number>> = {
  Exp: 0,
  [Gelu]: 1,
  [Silu]: 2,
  Sigmoid: 3,
  Neg: 4,
  Abs: 5,
  Square: 6,
  Sqrt: 7,
  Rsqrt: 8,
  Reciprocal: 9,
  Relu: 10,
  Erf: 12,
};
const CLIP = 11;
const BINARY: Readonly<Record<string, number>> = {
  Add: 0,
  Sub: 1,
  Multiply: 2,
  RealDiv: 3,
  Maximum: 4,
  Minimum: 5,
  SquaredDifference: 6,
};
const GELU_GRAD = 7;
const SILU_GRAD = 8;

/** Elements a chunk of a map takes. */
export const BLOCK = 16384;

function mapUnary(backend: CpuEngineBackend, op: number, x: TensorInfo, floats = [0, 0]): TensorInfo {
  const y = backend.output(x.shape, 'float32');
  const size = sizeOf(x.shape);
  const integers = [op, backend.address(x), backend.address(y), size, BLOCK];
  backend.engine.run('unaryJob', Math.ceil(size / BLOCK), integers, floats);
  return y;
}

const unaryKernels: EngineKernel[] = Object.entries(UNARY).map(([name, op]) =>
  kernel<{ x: TensorInfo }, Record<string, unknown>>(name, ({ x }, attrs, backend) =>
    x.dtype === 'float32' ? mapUnary(backend, op, x) : fallBack(name, { x }, attrs, backend),
  ),
);

const clip = kernel<{ x: TensorInfo }, { clipValueMin: number; clipValueMax: number }>(
  'ClipByValue',
  ({ x }, attrs, backend) =>
    x.dtype === 'float32'
      ? mapUnary(backend, CLIP, x, [attrs.clipValueMin, attrs.clipValueMax])
      : fallBack('ClipByValue', { x }, attrs, backend),
);

/** x op y with broadcasting; undefined if the shapes need more axes than the job has. */
function mapBinary(backend: CpuEngineBackend, op: number, x: TensorInfo, y: TensorInfo): TensorInfo | undefined {
  const shape = broadcast_util.assertAndGetBroadcastShape(x.shape, y.shape);
  const walk = fold(shape, [
    broadcastStrides(x.shape, shape),
    broadcastStrides(y.shape, shape),
    broadcastStrides(shape, shape),
  ]);
  if (!walk) return undefined;
  const out = backend.output(shape, 'float32');
  if (sizeOf(shape) === 0) return out;
  const { rowBlock, columnBlock, chunks } = chunksOf(walk);
  const [xStrides, yStrides] = walk.strides as [number[], number[]];
  backend.engine.run('binaryJob', chunks, [
    op,
    backend.address(x),
    backend.address(y),
    backend.address(out),
    walk.rows,
    walk.columns,
    rowBlock,
    columnBlock,
    (walk.steps[0] as number) * 4,
    (walk.steps[1] as number) * 4,
    walk.sizes.length,
    ...five(walk.sizes),
    ...five(xStrides, 4),
    ...five(yStrides, 4),
  ]);
  return out;
}

const binaryKernels: EngineKernel[] = Object.entries(BINARY).map(([name, op]) =>
  kernel<{ a: TensorInfo; b: TensorInfo }, Record<string, unknown>>(name, ({ a, b }, attrs, backend) => {
    const own = a.dtype === 'float32' && b.dtype === 'float32' ? mapBinary(backend, op, a, b) : undefined;
    return own ?? fallBack(name, { a, b }, attrs, backend);
  }),
);

const slopeKernels: EngineKernel[] = [
  { name: GeluGrad, op: GELU_GRAD },
  { name: SiluGrad, op: SILU_GRAD },
].map(({ name, op }) =>
  kernel<UnaryGradInputs, object>(name, ({ dy, x }, _attrs, backend) => mapBinary(backend, op, dy, x) as TensorInfo),
);

const addN = kernel<{ [index: string]: TensorInfo }, Record<string, unknown>>('AddN', (inputs, attrs, backend) => {
  const tensors = Object.values(inputs);
  if (tensors.some(({ dtype }) => dtype !== 'float32')) return fallBack('AddN', inputs, attrs, backend);
  return combine(backend, tensors, new Array<number>(tensors.length).fill(1));
});

function combine(
  backend: CpuEngineBackend,
  tensors: readonly TensorInfo[],
  coefficients: readonly number[],
  bounds?: readonly [number, number],
): TensorInfo {
  const { engine } = backend;
  const first = tensors[0] as TensorInfo;
  const y = backend.output(first.shape, 'float32');
  const size = sizeOf(first.shape);
  // Terms with coefficient 0 are left out, whatever they hold.
  const terms = tensors.flatMap((tensor, i) =>
    coefficients[i] === 0 ? [] : [{ tensor, c: coefficients[i] as number }],
  );
  const table = engine.scratch(SCRATCH.table, Math.max(1, terms.length) * 8);
  const addresses = engine.int32(table, terms.length * 2);
  const factors = engine.float32(table, terms.length * 2);
  terms.forEach(({ tensor, c }, i) => {
    addresses[2 * i] = backend.address(tensor);
    factors[2 * i + 1] = c;
  });
  const integers = [backend.address(y), size, BLOCK, terms.length, bounds ? 1 : 0, 0, 0, table];
  engine.runWith('linearCombinationJob', Math.ceil(size / BLOCK), integers, 5, bounds ?? [0, 0]);
  return y;
}

const linearCombination = kernel<LinearCombinationInputs, LinearCombinationAttrs>(
  LinearCombination,
  (inputs, { coefficients, clip: bounds }, backend) => {
    const tensors = coefficients.map((_, i) => inputs[i] as TensorInfo);
    return combine(backend, tensors, coefficients, bounds);
  },
);

const sines: EngineKernel[] = ['Sin', 'Cos'].map((name, cosine) =>
  kernel<{ x: TensorInfo }, Record<string, unknown>>(name, ({ x }, attrs, backend) => {
    if (x.dtype !== 'float32') return fallBack(name, { x }, attrs, backend);
    const y = backend.output(x.shape, 'float32');
    backend.engine.run('sineJob', 1, [cosine, backend.address(x), backend.address(y), sizeOf(x.shape)]);
    return y;
  }),
);

export const elementwiseKernels = [
  ...unaryKernels,
  clip,
  ...binaryKernels,
  ...slopeKernels,
  addN,
  linearCombination,
  ...sines,
];
