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
import { Binary, jobs, Unary } from '../machine/generated/jobs';
import { type EngineKernel, fallBack, kernel, sizeOf } from './kernel';
import { broadcastStrides, chunksOf, five, fold } from './layout';
import { SCRATCH } from './scratch';

/** The operations that tfjs's kernels are, by the names of the kernels. */
const UNARY: Readonly<Record<string, Unary>> = {
  Exp: Unary.exp,
  [Gelu]: Unary.gelu,
  [Silu]: Unary.silu,
  Sigmoid: Unary.sigmoid,
  Neg: Unary.neg,
  Abs: Unary.abs,
  Square: Unary.square,
  Sqrt: Unary.sqrt,
  Rsqrt: Unary.rsqrt,
  Reciprocal: Unary.reciprocal,
  Relu: Unary.relu,
  Erf: Unary.erf,
  Log: Unary.log,
};
const BINARY: Readonly<Record<string, Binary>> = {
  Add: Binary.add,
  Sub: Binary.sub,
  Multiply: Binary.mul,
  RealDiv: Binary.div,
  Maximum: Binary.max,
  Minimum: Binary.min,
  SquaredDifference: Binary.squaredDifference,
};

/** Elements of a chunk of a map. */
export const BLOCK = 16384;

function mapUnary(backend: CpuEngineBackend, op: Unary, x: TensorInfo, low = 0, high = 0): TensorInfo {
  const y = backend.output(x.shape, 'float32');
  const size = sizeOf(x.shape);
  const [from, to] = [backend.address(x), backend.address(y)];
  backend.engine.run(jobs.unary, Math.ceil(size / BLOCK), { op, from, to, size, block: BLOCK, low, high });
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
      ? mapUnary(backend, Unary.clip, x, attrs.clipValueMin, attrs.clipValueMax)
      : fallBack('ClipByValue', { x }, attrs, backend),
);

const step = kernel<{ x: TensorInfo }, { alpha: number }>('Step', ({ x }, attrs, backend) =>
  x.dtype === 'float32' ? mapUnary(backend, Unary.step, x, attrs.alpha) : fallBack('Step', { x }, attrs, backend),
);

/** Computes x op y with broadcasting. Returns undefined if the shapes need more axes than the job has. */
function mapBinary(backend: CpuEngineBackend, op: Binary, x: TensorInfo, y: TensorInfo): TensorInfo | undefined {
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
  backend.engine.run(jobs.binary, chunks, {
    rows: walk.rows,
    columns: walk.columns,
    rowBlock,
    columnBlock,
    axes: walk.sizes.length,
    sizes: five(walk.sizes),
    op,
    x: backend.address(x),
    y: backend.address(y),
    to: backend.address(out),
    xStep: (walk.steps[0] as number) * 4,
    yStep: (walk.steps[1] as number) * 4,
    xStrides: five(xStrides, 4),
    yStrides: five(yStrides, 4),
  });
  return out;
}

const binaryKernels: EngineKernel[] = Object.entries(BINARY).map(([name, op]) =>
  kernel<{ a: TensorInfo; b: TensorInfo }, Record<string, unknown>>(name, ({ a, b }, attrs, backend) => {
    const own = a.dtype === 'float32' && b.dtype === 'float32' ? mapBinary(backend, op, a, b) : undefined;
    return own ?? fallBack(name, { a, b }, attrs, backend);
  }),
);

const slopeKernels: EngineKernel[] = [
  { name: GeluGrad, op: Binary.geluGrad },
  { name: SiluGrad, op: Binary.siluGrad },
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
  const addresses = new Int32Array(terms.length * 2);
  const factors = new Float32Array(addresses.buffer);
  terms.forEach(({ tensor, c }, i) => {
    addresses[2 * i] = backend.address(tensor);
    factors[2 * i + 1] = c;
  });
  engine.write(table, addresses);
  const [low, high] = bounds ?? [0, 0];
  engine.run(jobs.linearCombination, Math.ceil(size / BLOCK), {
    to: backend.address(y),
    size,
    block: BLOCK,
    inputs: terms.length,
    table,
    clip: bounds !== undefined,
    low,
    high,
  });
  return y;
}

const linearCombination = kernel<LinearCombinationInputs, LinearCombinationAttrs>(
  LinearCombination,
  (inputs, { coefficients, clip: bounds }, backend) => {
    const tensors = coefficients.map((_, i) => inputs[i] as TensorInfo);
    return combine(backend, tensors, coefficients, bounds);
  },
);

const sines: EngineKernel[] = ['Sin', 'Cos'].map((name) =>
  kernel<{ x: TensorInfo }, Record<string, unknown>>(name, ({ x }, attrs, backend) => {
    if (x.dtype !== 'float32') return fallBack(name, { x }, attrs, backend);
    const y = backend.output(x.shape, 'float32');
    const [from, to] = [backend.address(x), backend.address(y)];
    backend.engine.run(jobs.sine, 1, { cosine: name === 'Cos', from, to, size: sizeOf(x.shape) });
    return y;
  }),
);

export const elementwiseKernels = [
  ...unaryKernels,
  clip,
  step,
  ...binaryKernels,
  ...slopeKernels,
  addN,
  linearCombination,
  ...sines,
];
