import { broadcast_util, type TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { sizeOf } from '../dispatch';
import { broadcastMatrix, dense } from '../wgsl/gemm-operand';
import { type Epilogue, epilogueOf, type FusedOptions } from './epilogue';
import { multiply } from './gemm';
import { kernel } from './kernel';

type MatMulInputs = { a: TensorInfo; b: TensorInfo };
type MatMulAttrs = { transposeA?: boolean; transposeB?: boolean };
type FusedInputs = MatMulInputs & { bias?: TensorInfo | null; preluActivationWeights?: TensorInfo | null };
type FusedAttrs = MatMulAttrs & Pick<FusedOptions, 'activation' | 'leakyreluAlpha'>;

/** Products of matrices: [..., m, k] × [..., k, n], each as it stands or transposed, the outer dimensions broadcast. */
export const matMulKernels = [
  kernel<MatMulInputs, MatMulAttrs>('BatchMatMul', ({ a, b }, attrs, backend, stock) =>
    a.dtype === 'float32' && b.dtype === 'float32' ? matMul(backend, a, b, attrs) : stock(),
  ),
  kernel<FusedInputs, FusedAttrs>('_FusedMatMul', (inputs, attrs, backend, stock) => {
    const { a, b } = inputs;
    const epilogue = epilogueOf(dimensions(b, attrs.transposeB)[1], { ...inputs, ...attrs });
    return epilogue && a.dtype === 'float32' && b.dtype === 'float32'
      ? matMul(backend, a, b, attrs, epilogue)
      : stock();
  }),
];

function matMul(
  backend: DenoiserWebGPUBackend,
  a: TensorInfo,
  b: TensorInfo,
  { transposeA, transposeB }: MatMulAttrs,
  epilogue?: Epilogue,
): TensorInfo {
  const [rows, k] = dimensions(a, transposeA);
  const [kOfB, n] = dimensions(b, transposeB);
  if (k !== kOfB) {
    throw new Error(
      `Error in matMul: inner shapes (${k}) and (${kOfB}) of Tensors with shapes ${a.shape} and ${b.shape} and ` +
        `transposeA=${transposeA} and transposeB=${transposeB} must match.`,
    );
  }
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const c = backend.make([...outer, rows, n]);
  // One B for all: the batch is only more rows.
  const isOneB = !transposeA && sizeOf(outerB) === 1;
  const [m, batch] = isOneB ? [rows * sizeOf(outer), 1] : [rows, sizeOf(outer)];
  multiply(backend, {
    shape: { m, n, k, batch },
    a: dense({
      tensor: a,
      packing: transposeA ? 'outer' : 'inner',
      outer: m,
      inner: k,
      matrix: isOneB ? '0u' : broadcastMatrix(outerA, outer),
    }),
    b: dense({
      tensor: b,
      packing: transposeB ? 'inner' : 'outer',
      outer: n,
      inner: k,
      matrix: broadcastMatrix(outerB, outer),
    }),
    c,
    ...(epilogue ? { epilogue } : {}),
  });
  return c;
}

/** Rows and columns of a tensor's matrices, transposed if asked. */
function dimensions({ shape }: TensorInfo, transpose = false): [rows: number, columns: number] {
  if (shape.length < 2) throw new Error(`Error in matMul: a tensor of shape [${shape}] is no matrix; use tf.dot.`);
  const [rows, columns] = shape.slice(-2) as [number, number];
  return transpose ? [columns, rows] : [rows, columns];
}
