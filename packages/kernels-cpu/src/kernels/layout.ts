/** Strided views of tensors, and how a walk over several of them is folded into few axes. All strides are in elements. */

export const stridesOf = (shape: readonly number[]): number[] => {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number);
  return strides;
};

/** Returns the strides of a tensor of shape `own` seen as one of shape `out`: 0 along the axes that it is repeated on. */
export function broadcastStrides(own: readonly number[], out: readonly number[]): number[] {
  const missing = out.length - own.length;
  const strides = stridesOf(own);
  return out.map((_, axis) => {
    const at = axis - missing;
    return at < 0 || own[at] === 1 ? 0 : (strides[at] as number);
  });
}

/** Axes of one walk over several operands: outer ones and one inner row. */
export type Walk = {
  /** Sizes of the outer axes, at most 5. */
  sizes: number[];
  /** For each operand its strides along the outer axes, and along the row. */
  strides: number[][];
  steps: number[];
  rows: number;
  columns: number;
};

/** Folds neighbouring axes that every operand walks through without a gap. Returns undefined if more than 6 axes are left. */
export function fold(shape: readonly number[], operands: readonly (readonly number[])[]): Walk | undefined {
  const sizes: number[] = [];
  const strides: number[][] = operands.map(() => []);
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const last = sizes.length - 1;
    const joins =
      last >= 0 && operands.every((own, i) => (strides[i] as number[])[last] === (own[axis] as number) * size);
    if (joins) {
      sizes[last] = (sizes[last] as number) * size;
      operands.forEach((own, i) => {
        (strides[i] as number[])[last] = own[axis] as number;
      });
    } else {
      sizes.push(size);
      operands.forEach((own, i) => {
        (strides[i] as number[]).push(own[axis] as number);
      });
    }
  });
  if (sizes.length === 0) {
    sizes.push(1);
    for (const own of strides) own.push(1);
  }
  if (sizes.length > 6) return undefined;
  const columns = sizes.pop() as number;
  const steps = strides.map((own) => own.pop() as number);
  return { sizes, strides, steps, columns, rows: sizes.reduce((a, b) => a * b, 1) };
}

/** Cuts a walk into chunks of about 16384 elements. */
export function chunksOf(walk: Walk): { rowBlock: number; columnBlock: number; chunks: number } {
  const columnBlock = Math.max(1, Math.min(walk.columns, 16384));
  const rowBlock = Math.max(1, Math.floor(16384 / columnBlock));
  return {
    rowBlock,
    columnBlock,
    chunks: Math.ceil(walk.rows / rowBlock) * Math.ceil(walk.columns / columnBlock),
  };
}

type Five = readonly [number, number, number, number, number];

/** Returns sizes or strides, times `factor`, as the jobs take them: of five axes. */
export function five(values: readonly number[], factor = 1): Five {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = values;
  return [a * factor, b * factor, c * factor, d * factor, e * factor];
}
