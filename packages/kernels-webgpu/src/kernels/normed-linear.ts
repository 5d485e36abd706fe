import { fusedKernels, type LayerNormAttrs, type NormedLinearGradInputs, type NormedLinearInputs } from '@denoiser/ops';
import { sizeOf } from '../dispatch';
import { resultType } from '../wgsl/gemm';
import { dense } from '../wgsl/gemm-operand';
import { planGemm } from '../wgsl/gemm-plan';
import { normedChannels, normedRows, suitsNormedRows } from '../wgsl/normed-operand';
import { affineEpilogue } from './epilogue';
import { multiply, multiplyBoth } from './gemm';
import { kernel } from './kernel';
import { gradientsOfRows, normalizeRows } from './layer-norm';

/**
 * A linear layer of what a layer norm gives, which is never in memory: rows are normalized as they are read, forward by the product's own
 * workgroups in one dispatch, and by the moments that these left for the weights' gradient. Channels that are no multiple of 4, and
 * products of a few rows or columns, are normalized first.
 */
export const normedLinearKernels = [
  kernel<NormedLinearInputs, LayerNormAttrs>(fusedKernels.normedLinear, (inputs, { epsilon }, backend) => {
    const { x, scale, shift, weight, bias } = inputs;
    const { rows, channels, outputs } = sizesOf(inputs);
    const moments = backend.make([rows, 2]);
    const shape = { m: rows, n: outputs, k: channels, batch: 1 };
    const plan = planGemm(shape, backend.capabilities);
    const b = dense({ tensor: weight, packing: 'outer', outer: outputs, inner: channels });
    const epilogue = affineEpilogue(resultType(outputs, b), { bias });
    const y = backend.makeFor(weight, [...x.shape.slice(0, -1), outputs], resultType(outputs, b));
    if (channels % 4 === 0 && suitsNormedRows(plan.tile)) {
      const a = normedRows({ x, scale, shift, moments, rows, channels }, plan.tile, epsilon);
      multiply(backend, { shape, a, b, c: y, epilogue, plan });
      return [y, moments];
    }
    const normal = normalizeRows(backend, { x, scale, bias: shift }, { epsilon });
    multiply(backend, {
      shape,
      a: dense({ tensor: normal, packing: 'inner', outer: rows, inner: channels }),
      b,
      c: y,
      epilogue,
    });
    backend.disposeData(normal.dataId);
    return [y, moments]; // of which the gradient has no need then
  }),

  kernel<NormedLinearGradInputs, LayerNormAttrs>(fusedKernels.normedLinearGrad, (inputs, { epsilon }, backend) => {
    const { dy, x, scale, shift, weight, bias, moments, residual } = inputs;
    const { rows, channels, outputs } = sizesOf(inputs);
    const isStored =
      channels % 4 !== 0 ||
      !suitsNormedRows(planGemm({ m: rows, n: outputs, k: channels, batch: 1 }, backend.capabilities).tile);
    const normal = isStored ? normalizeRows(backend, { x, scale, bias: shift }, { epsilon }) : undefined;
    const dnormal = backend.make(x.shape);
    const dweight = backend.makeGradient(weight);
    const dbias = backend.makeGradient(bias);
    multiplyBoth(
      backend,
      {
        shape: { m: rows, n: channels, k: outputs, batch: 1 },
        a: dense({ tensor: dy, packing: 'inner', outer: rows, inner: outputs }),
        b: dense({ tensor: weight, packing: 'inner', outer: channels, inner: outputs }),
        c: dnormal,
      },
      {
        shape: { m: channels, n: outputs, k: rows, batch: 1 },
        a: normal
          ? dense({ tensor: normal, packing: 'outer', outer: channels, inner: rows })
          : normedChannels({ x, scale, shift, moments, rows, channels }),
        b: dense({ tensor: dy, packing: 'outer', outer: outputs, inner: rows }),
        c: dweight,
        sums: dbias,
      },
    );
    const [dx, dscale, dshift] = gradientsOfRows(
      backend,
      { x, scale, bias: shift, dy: dnormal, residual },
      { epsilon },
    );
    for (const one of [normal, dnormal]) if (one) backend.disposeData(one.dataId);
    return [dx, dscale, dshift, dweight, dbias];
  }),
];

const sizesOf = ({ x, weight: { shape } }: NormedLinearInputs) => ({
  rows: sizeOf(x.shape.slice(0, -1)),
  channels: shape[0] as number,
  outputs: shape[1] as number,
});
