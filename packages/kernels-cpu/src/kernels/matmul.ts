import { Linear, LinearGrad, type LinearGradInputs, type LinearInputs } from '@denoiser/ops';
import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { CpuEngineBackend } from '../backend';
import { multiply, pack, packedBytes, rowMajor, transposed } from './gemm';
import { fallBack, kernel, sizeOf } from './kernel';
import { sumOuter } from './reduce';
import { SCRATCH } from './scratch';

type MatMulInputs = { a: TensorInfo; b: TensorInfo; bias?: TensorInfo };
type MatMulAttrs = { transposeA: boolean; transposeB: boolean };

function matMul(a: TensorInfo, b: TensorInfo, attrs: MatMulAttrs, backend: CpuEngineBackend, bias?: TensorInfo) {
  const { transposeA, transposeB } = attrs;
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new Error(
      `Error in matMul: a vector is no matrix; the shapes are [${a.shape}] and [${b.shape}]. Use tf.dot.`,
    );
  }
  const [rowsA, columnsA] = a.shape.slice(-2) as [number, number];
  const [rowsB, columnsB] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [columnsA, rowsA] : [rowsA, columnsA];
  const [kOfB, n] = transposeB ? [columnsB, rowsB] : [rowsB, columnsB];
  if (k !== kOfB) {
    throw new Error(
      `Error in matMul: inner shapes (${k}) and (${kOfB}) of Tensors with shapes ${a.shape} and ${b.shape} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
  }
  const outer = broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const batchA = sizeOf(a.shape.slice(0, -2));
  const batchB = sizeOf(b.shape.slice(0, -2));
  const count = sizeOf(outer);
  const y = backend.output([...outer, m, n], 'float32');
  const c = backend.address(y);
  const fromA = backend.address(a);
  const fromB = backend.address(b);
  const matrixA = (transposeA ? transposed : rowMajor)(fromA, columnsA);
  const matrixB = (transposeB ? transposed : rowMajor)(fromB, columnsB);
  const biasAt = bias && backend.address(bias);
  const shape = { m, n, k, bias: biasAt };
  const { engine } = backend;
  if ((batchA === count || batchA === 1) && (batchB === count || batchB === 1)) {
    if (batchB === 1 && !transposeA && batchA === count) {
      // One B for all: the batch is only more rows.
      multiply(engine, { ...shape, m: m * count, a: matrixA, b: matrixB, c });
    } else {
      const strides = { a: batchA === 1 ? 0 : m * k * 4, b: batchB === 1 ? 0 : k * n * 4, c: m * n * 4 };
      multiply(engine, { ...shape, a: matrixA, b: matrixB, c, batch: { count, ...strides } });
    }
    return y;
  }
  const offsetsA = batchOffsets(a.shape.slice(0, -2), outer);
  const offsetsB = batchOffsets(b.shape.slice(0, -2), outer);
  for (let i = 0; i < count; i++) {
    multiply(engine, {
      ...shape,
      a: { ...matrixA, address: fromA + (offsetsA[i] as number) * m * k * 4 },
      b: { ...matrixB, address: fromB + (offsetsB[i] as number) * k * n * 4 },
      c: c + i * m * n * 4,
    });
  }
  return y;
}

/** Returns for each matrix of the broadcast batch the index of the operand's matrix. */
function batchOffsets(own: readonly number[], outer: readonly number[]): number[] {
  const padded = [...Array<number>(outer.length - own.length).fill(1), ...own];
  let offsets = [0];
  outer.forEach((size, axis) => {
    const ownSize = padded[axis] as number;
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: size }, (_, i) => offset * ownSize + (ownSize === 1 ? 0 : i)),
    );
  });
  return offsets;
}

const allFloat = (...tensors: (TensorInfo | undefined)[]) => tensors.every((t) => !t || t.dtype === 'float32');

const batchMatMul = kernel<MatMulInputs, MatMulAttrs>('BatchMatMul', ({ a, b }, attrs, backend) =>
  allFloat(a, b) ? matMul(a, b, attrs, backend) : fallBack('BatchMatMul', { a, b }, attrs, backend),
);

const fusedMatMul = kernel<
  MatMulInputs & { preluActivationWeights?: TensorInfo },
  MatMulAttrs & { activation: string }
>('_FusedMatMul', (inputs, attrs, backend) => {
  const { a, b, bias } = inputs;
  const plain = !attrs.activation || attrs.activation === 'linear';
  const columns = (attrs.transposeB ? b.shape.at(-2) : b.shape.at(-1)) as number;
  const rowBias = !bias || (sizeOf(bias.shape) === columns && bias.shape.at(-1) === columns);
  if (!plain || !rowBias || inputs.preluActivationWeights || !allFloat(a, b, bias))
    return fallBack('_FusedMatMul', inputs, attrs, backend);
  return matMul(a, b, attrs, backend, bias);
});

const linear = kernel<LinearInputs, object>(Linear, ({ x, weight, bias }, _attrs, backend) => {
  const [k, n] = weight.shape as [number, number];
  const m = sizeOf(x.shape) / Math.max(1, k);
  const y = backend.output([...x.shape.slice(0, -1), n], 'float32');
  const from = backend.address(weight);
  const packed = backend.derive(weight, 'packed', packedBytes(backend.engine, k, n), SCRATCH.packedB, (to) =>
    pack(backend.engine, rowMajor(from, n), k, n, to),
  );
  multiply(backend.engine, {
    m,
    n,
    k,
    a: rowMajor(backend.address(x), k),
    b: { packed },
    c: backend.address(y),
    bias: bias && backend.address(bias),
  });
  return y;
});

const linearGrad = kernel<LinearGradInputs, object>(LinearGrad, ({ dy, x, weight, bias }, _attrs, backend) => {
  const [k, n] = weight.shape as [number, number];
  const m = sizeOf(x.shape) / Math.max(1, k);
  const dx = backend.output(x.shape, 'float32');
  const dweight = backend.output(weight.shape, 'float32');
  const at = { x: backend.address(x), dy: backend.address(dy), weight: backend.address(weight) };
  multiply(backend.engine, {
    m,
    n: k,
    k: n,
    a: rowMajor(at.dy, n),
    b: transposed(at.weight, n),
    c: backend.address(dx),
  });
  multiply(backend.engine, {
    m: k,
    n,
    k: m,
    a: transposed(at.x, k),
    b: rowMajor(at.dy, n),
    c: backend.address(dweight),
  });
  if (!bias) return [dx, dweight];
  const dbias = backend.output(bias.shape, 'float32');
  sumOuter(backend.engine, at.dy, m, n, backend.address(dbias), 1);
  return [dx, dweight, dbias];
});

export const matMulKernels = [batchMatMul, fusedMatMul, linear, linearGrad];
