const LONGEST = 100;

/** Returns a value from outside as messages show it: text in quotes, objects as JSON, and not all of what is long. */
export function describeValue(value: unknown): string {
  const text = describe(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `"${value}"`;
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  try {
    return JSON.stringify(value) ?? 'an object';
  } catch {
    return 'an object'; // in a circle, or with a bigint
  }
}
