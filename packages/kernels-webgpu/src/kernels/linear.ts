import {
  type Activation,
  type FusedLinearAttrs,
  type FusedLinearGradInputs,
  type FusedLinearInputs,
  fusedKernels,
  Linear,
  LinearGrad,
  type LinearGradInputs,
  type LinearInputs,
} from '@denoiser/ops';
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { DenoiserWebGPUBackend } from '../backend';
import { sizeOf } from '../dispatch';
import { resultType } from '../wgsl/gemm';
import { activated, dense } from '../wgsl/gemm-operand';
import { affineEpilogue } from './epilogue';
import { multiply, multiplyBoth } from './gemm';
import { kernel } from './kernel';

/**
 * The affine map over the last axis: rows × in × out multiply-adds forward, twice as many backward. An activation of x is computed as x
 * is loaded, once for each tile of columns, and its slope before dx is stored: neither is ever in memory.
 */
export const linearKernels = [
  kernel<LinearInputs, object>(Linear, (inputs, _, backend) => affine(backend, inputs, 'linear')),
  kernel<FusedLinearInputs, FusedLinearAttrs>(fusedKernels.linear, (inputs, { activation }, backend) =>
    affine(backend, inputs, activation),
  ),
  kernel<LinearGradInputs, object>(LinearGrad, (inputs, _, backend) => gradients(backend, inputs, 'linear')),
  kernel<FusedLinearGradInputs, FusedLinearAttrs>(fusedKernels.linearGrad, (inputs, { activation }, backend) =>
    gradients(backend, inputs, activation),
  ),
];

function affine(
  backend: DenoiserWebGPUBackend,
  { x, weight, bias, residual }: FusedLinearInputs,
  activation: Activation,
): TensorInfo {
  const [k, n] = weight.shape as [number, number];
  const m = sizeOf(x.shape.slice(0, -1));
  const b = dense({ tensor: weight, packing: 'outer', outer: n, inner: k });
  const shape = [...x.shape.slice(0, -1), n];
  // A vector an image, as of the time, is little; what is not of ours reads it.
  const c = shape.length > 2 ? backend.makeFor(weight, shape, resultType(n, b)) : backend.make(shape);
  multiply(backend, {
    shape: { m, n, k, batch: 1 },
    a: activated(dense({ tensor: x, packing: 'inner', outer: m, inner: k }), activation),
    b,
    c,
    epilogue: affineEpilogue(resultType(n, b), { bias, residual }),
  });
  return c;
}

/** dx = dy·weightᵀ; dweight = xᵀ·dy, which sums dy for dbias as it passes. One dispatch, and one if a sum is split. */
function gradients(
  backend: DenoiserWebGPUBackend,
  { dy, x, weight, bias }: FusedLinearGradInputs,
  activation: Activation,
): TensorInfo[] {
  const [inputs, outputs] = weight.shape as [number, number];
  const rows = sizeOf(x.shape.slice(0, -1));
  const dx = backend.make(x.shape);
  const turned = dense({ tensor: weight, packing: 'inner', outer: inputs, inner: outputs });
  const dweight = backend.makeGradient(weight);
  const dbias = bias && backend.makeGradient(bias);
  multiplyBoth(
    backend,
    {
      shape: { m: rows, n: inputs, k: outputs, batch: 1 },
      a: dense({ tensor: dy, packing: 'inner', outer: rows, inner: outputs }),
      b: turned,
      c: dx,
      epilogue: affineEpilogue(resultType(inputs, turned), { slope: { x, activation } }),
    },
    {
      shape: { m: inputs, n: outputs, k: rows, batch: 1 },
      a: activated(dense({ tensor: x, packing: 'outer', outer: inputs, inner: rows }), activation),
      b: dense({ tensor: dy, packing: 'outer', outer: outputs, inner: rows }),
      c: dweight,
      sums: dbias,
    },
  );
  return dbias ? [dx, dweight, dbias] : [dx, dweight];
}
