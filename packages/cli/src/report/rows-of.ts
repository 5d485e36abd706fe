import { isObject } from '@denoiser/errors';
/** Returns nested JSON as rows: names with dots, and values. */
export function rowsOf(value: object, path = ''): string[][] {
  return Object.entries(value).flatMap(([key, inner]): string[][] => {
    const name = path ? `${path}.${key}` : key;
    if (isObject(inner)) return rowsOf(inner, name);
    return [[name, Array.isArray(inner) ? inner.join(', ') || 'none' : inner === null ? 'none' : String(inner)]];
  });
}
