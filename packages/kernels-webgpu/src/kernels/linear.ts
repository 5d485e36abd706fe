import { Linear, LinearGrad, type LinearGradInputs, type LinearInputs } from '@denoiser/ops';
import { sizeOf } from '../dispatch';
import { dense } from '../wgsl/gemm-operand';
import { type Epilogue, epilogueOf } from './epilogue';
import { multiply } from './gemm';
import { kernel } from './kernel';

/** The affine map over the last axis: rows × in × out multiply-adds forward, twice as many backward. */
export const linearKernels = [
  kernel<LinearInputs, object>(Linear, ({ x, weight, bias }, _, backend) => {
    const [k, n] = weight.shape as [number, number];
    const m = sizeOf(x.shape.slice(0, -1));
    const c = backend.make([...x.shape.slice(0, -1), n]);
    multiply(backend, {
      shape: { m, n, k, batch: 1 },
      a: dense({ tensor: x, packing: 'inner', outer: m, inner: k }),
      b: dense({ tensor: weight, packing: 'outer', outer: n, inner: k }),
      c,
      epilogue: epilogueOf(n, { bias }) as Epilogue,
    });
    return c;
  }),

  /** dx = dy·weightᵀ; dweight = xᵀ·dy, which sums dy for dbias as it passes. Two dispatches, and one for each that splits its sum. */
  kernel<LinearGradInputs, object>(LinearGrad, ({ dy, x, weight, bias }, _, backend) => {
    const [inputs, outputs] = weight.shape as [number, number];
    const rows = sizeOf(x.shape.slice(0, -1));
    const dx = backend.make(x.shape);
    multiply(backend, {
      shape: { m: rows, n: inputs, k: outputs, batch: 1 },
      a: dense({ tensor: dy, packing: 'inner', outer: rows, inner: outputs }),
      b: dense({ tensor: weight, packing: 'inner', outer: inputs, inner: outputs }),
      c: dx,
    });
    const dweight = backend.makeGradient(weight);
    const dbias = bias && backend.makeGradient(bias);
    multiply(backend, {
      shape: { m: inputs, n: outputs, k: rows, batch: 1 },
      a: dense({ tensor: x, packing: 'outer', outer: inputs, inner: rows }),
      b: dense({ tensor: dy, packing: 'outer', outer: outputs, inner: rows }),
      c: dweight,
      sums: dbias,
    });
    return dbias ? [dx, dweight, dbias] : [dx, dweight];
  }),
];
