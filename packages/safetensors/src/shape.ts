/** Sizes that a shape may have; NumPy allows as many. */
export const MAX_RANK = 64;
const SHOWN = 8;

/** A shape as messages show it. */
export function shapeText(shape: readonly number[]): string {
  const more = shape.length > SHOWN ? `, … (${shape.length})` : '';
  return `[${shape.slice(0, SHOWN).join(', ')}${more}]`;
}

/** Elements of an array of this shape, or undefined if the shape or the number is none that a file can have. */
export function elementCount(shape: readonly unknown[]): number | undefined {
  let count = 1;
  for (const size of shape) {
    if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0 || Object.is(size, -0)) return undefined;
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
