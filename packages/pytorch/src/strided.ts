/** A view of numbers in memory, as PyTorch has them; strides and offset count elements. */
export interface Layout {
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** Returns the number of elements of a shape. */
export const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Returns whether a view's elements stand one after the other, in row-major order. */
export function isContiguous({ shape, strides }: Layout): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis];
  }
  return true;
}

/** Returns the element behind the last one that a view sees. */
export function endOf({ offset, shape, strides }: Layout): number {
  if (shape.includes(0)) return offset;
  return offset + 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis], 0);
}

/** Copies a view's elements into row-major order. */
export function gather<T>(from: ArrayLike<T>, into: { [index: number]: T }, { offset, shape, strides }: Layout): void {
  let written = 0;
  const copy = (axis: number, at: number) => {
    if (axis === shape.length) {
      into[written++] = from[at];
      return;
    }
    for (let i = 0; i < shape[axis]; i++) copy(axis + 1, at + i * strides[axis]);
  };
  if (!shape.includes(0)) copy(0, offset);
}
