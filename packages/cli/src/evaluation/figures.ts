/** A mean, and its standard error where there is one. */
export type Measured = { readonly mean: number; readonly standardError: number | null };

/** Digits of an error that say something. */
const OF_ERROR = 2;
const MOST_DECIMALS = 12;

/** Formats a number of which nothing tells how exact it is. */
export function figure(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return value.toFixed(0);
  return value === 0 || size >= 0.01 ? value.toFixed(4) : value.toFixed(decimalsFor(size, 3));
}

/**
 * Formats means and `± ` their errors, all with the decimals of the most exact one: two digits of its error are shown, and no
 * digit of a mean beyond them.
 */
export function measured(numbers: readonly Measured[]): readonly (readonly [mean: string, error: string])[] {
  const errors = numbers.flatMap(({ standardError }) => (standardError ? [standardError] : []));
  const decimals = errors.length > 0 ? decimalsFor(Math.min(...errors), OF_ERROR) : undefined;
  const format = (value: number) => (decimals === undefined ? figure(value) : value.toFixed(decimals));
  return numbers.map(({ mean, standardError }) => [
    format(mean),
    standardError === null ? '' : `± ${format(standardError)}`,
  ]);
}

/** Returns how many decimals show so many significant digits. */
function decimalsFor(size: number, digits: number): number {
  return Math.min(MOST_DECIMALS, Math.max(0, digits - 1 - Math.floor(Math.log10(size))));
}
