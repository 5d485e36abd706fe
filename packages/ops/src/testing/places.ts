/** Where numbers stand in tensors: row by row, the last axis fastest. */

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The indices of place `at` of a tensor. */
export function indicesOf(at: number, shape: readonly number[]): number[] {
  const indices: number[] = [];
  let rest = at;
  for (const size of [...shape].reverse()) {
    indices.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return indices;
}

/** The place of indices, of which those of axes that are broadcast are not looked at. */
export function placeOf(indices: readonly number[], shape: readonly number[]): number {
  const own = indices.slice(indices.length - shape.length);
  return shape.reduce((at, size, axis) => at * size + (size === 1 ? 0 : (own[axis] as number)), 0);
}

/** The shape that two broadcast to. */
export function broadcast(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const padded = [a, b].map((shape) => [...Array<number>(rank - shape.length).fill(1), ...shape]) as [
    number[],
    number[],
  ];
  return padded[0].map((size, axis) => (size === 1 ? (padded[1][axis] as number) : size));
}
