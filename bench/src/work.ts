/** What a kernel has to do, from its shapes: floating-point operations by the textbook, and bytes that must be moved. */
export type Work = { readonly flops: number; readonly bytes: number };

type Shapes = readonly (readonly number[])[];

const size = (shape: readonly number[] | undefined): number => (shape ?? []).reduce((a, b) => a * b, 1);

/** Multiply-adds count as two. What has no entry is counted by its bytes alone. */
const flopsOf: Record<string, (inputs: Shapes, outputs: Shapes) => number> = {
  // filter [kh, kw, in, out]
  Conv2D: ([, filter], [y]) => (2 * size(y) * size(filter)) / (filter[3] as number),
  // dy [B, H, W, out], filter
  Conv2DBackpropInput: ([dy, filter]) => (2 * size(dy) * size(filter)) / (filter[3] as number),
  // x, dy → filter
  Conv2DBackpropFilter: ([, dy], [filter]) => (2 * size(dy) * size(filter)) / (filter[3] as number),
  BatchMatMul: ([a], [y]) => 2 * size(y) * (a.at(-1) as number),
  // x, weight [in, out]
  'denoiser.Linear': ([, weight], [y]) => 2 * size(y) * (weight[0] as number),
  'denoiser.LinearGrad': (inputs) => {
    const [a, b] = matrixAndRows(inputs);
    return 4 * a * b;
  },
  // q·kᵀ and p·v
  'denoiser.Attention': ([q, k]) => 4 * size(q) * (k[1] as number),
  // q·kᵀ again, and four products of the gradient
  'denoiser.AttentionGrad': (inputs) => {
    const [q] = inputs.filter(({ length }) => length === 3);
    return 10 * size(q) * (q[1] as number);
  },
};

/** Elements of the weight matrix, and rows that it is applied to, whatever the order of the inputs. */
function matrixAndRows(inputs: Shapes): [number, number] {
  const weight = inputs.find(({ length }) => length === 2) ?? [1, 1];
  const rows = Math.min(
    ...inputs.filter((shape) => shape !== weight && shape.length > 1).map((s) => size(s) / (s.at(-1) as number)),
  );
  return [size(weight), Number.isFinite(rows) ? rows : 1];
}

export function workOf(kernel: string, inputs: Shapes, outputs: Shapes): Work {
  const bytes = 4 * [...inputs, ...outputs].reduce((sum, shape) => sum + size(shape), 0);
  return { flops: flopsOf[kernel]?.(inputs, outputs) ?? 0, bytes };
}
