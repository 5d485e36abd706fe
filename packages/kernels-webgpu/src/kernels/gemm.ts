import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { flat } from '../dispatch';
import { addUpCode, gemmCode, gemmGroups, resultType, rowsInOrder } from '../wgsl/gemm';
import type { Operand } from '../wgsl/gemm-operand';
import { type GemmPlan, type GemmShape, planGemm } from '../wgsl/gemm-plan';
import { type Epilogue, PLAIN } from './epilogue';

/** Invocations of a workgroup that adds up partial sums. */
const GROUP = 64;

/**
 * C = epilogue(A·B) into `c`, of any shape with batch·m·n elements, and Σ_k B[k, n] into `sums`, if it is there.
 * One dispatch, or two if the inner sum is split.
 */
export function multiply(
  backend: DenoiserWebGPUBackend,
  o: {
    shape: GemmShape;
    a: Operand;
    b: Operand;
    c: TensorInfo;
    sums?: TensorInfo | undefined;
    epilogue?: Epilogue;
    /** Where the rows of C go, if they are not in order: WGSL, see `rowsInOrder`. */
    rowOf?: string | undefined;
    plan?: GemmPlan;
  },
): void {
  const { shape, a, b, c, sums, epilogue = PLAIN } = o;
  const { m, n, k, batch } = shape;
  const rowOf = o.rowOf ?? rowsInOrder(m);
  const plan = o.plan ?? planGemm(shape, backend.capabilities);
  const { tile, splits } = plan;
  const columnSums = sums !== undefined;
  const result = resultType(n, b);
  const key = `${m} ${n} ${k} ${batch}, splits ${splits}, ${columnSums ? 'sums, ' : ''}${epilogue.key}${o.rowOf ?? ''}`;
  const alike = (type: 'vec4f' | 'f32') => Object.fromEntries((epilogue.alike ?? []).map((name) => [name, type]));
  const product = {
    key: `gemm ${Object.values(tile)}, ${key}, ${a.key}, ${b.key}`,
    code: () => gemmCode({ shape, plan, a, b, finish: epilogue.code, columnSums, rowOf, result }),
    workgroups: flat(gemmGroups(shape, plan)),
  };
  const operands = { a: a.tensor, b: b.tensor };
  const outputs: Record<string, TensorInfo> = sums ? { c, sums } : { c };
  if (splits === 1) {
    const types = { a: a.type, b: b.type, c: result, sums: result, ...alike(result) };
    backend.run({ ...product, types, reads: { ...operands, ...epilogue.reads }, writes: outputs });
    return;
  }
  const size = batch * m * n;
  const parts = backend.make([splits * (size + (columnSums ? n : 0))]);
  backend.run({ ...product, types: { a: a.type, b: b.type, c: result }, reads: operands, writes: { c: parts } });
  const type = n % 4 === 0 ? 'vec4f' : 'f32';
  backend.run({
    key: `gemm sum, ${key}`,
    code: () => addUpCode({ shape, splits, finish: epilogue.code, rowOf, columnSums, group: GROUP }),
    types: { parts: type, c: type, sums: type, ...alike(result) },
    reads: { parts, ...epilogue.reads },
    writes: outputs,
    workgroups: flat(Math.ceil(size / (4 * GROUP))),
  });
  backend.disposeData(parts.dataId);
}
