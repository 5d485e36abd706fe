/**
 * A value that shows what another must have: fields, types of numbers, texts and arrays, items of a list by its one, or of a
 * list of as many items; a function returns the example for a value.
 */
export type Example = unknown;

/** Whether a value has all that an example has, in the same types. More is no fault. */
export function isLike(value: unknown, example: Example): boolean {
  if (typeof example === 'function') return isLike(value, example(value));
  if (typeof example !== 'object' || example === null) return typeof value === typeof example;
  if (typeof value !== 'object' || value === null) return false;
  if (ArrayBuffer.isView(example)) return value.constructor === example.constructor;
  if (!Array.isArray(example)) {
    return Object.entries(example).every(([name, field]) => isLike((value as Record<string, unknown>)[name], field));
  }
  if (!Array.isArray(value)) return false;
  if (example.length > 1) return value.length === example.length && example.every((item, i) => isLike(value[i], item));
  return example.length === 0 || value.every((item) => isLike(item, example[0]));
}
