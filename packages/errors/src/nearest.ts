import { shortList } from './short-list';

/** Of two names of which more than this share is different, one was not meant for the other. */
const FARTHEST = 0.5;

/**
 * Returns the name that was probably meant: one that begins with `wrong`, else one that holds it, otherwise the one that takes
 * the fewest changes of letters; undefined where more than `within` of the longer one's would have to change. A number is
 * never taken for another.
 */
export function nearest(
  wrong: string,
  names: readonly string[],
  { within = FARTHEST }: { within?: number } = {},
): string | undefined {
  const typed = wrong.toLowerCase();
  const candidates = isNumber(typed) ? names.filter((name) => !isNumber(name)) : names;
  const longer =
    (typed.length > 1 && candidates.find((name) => name.toLowerCase().startsWith(typed))) ||
    (typed.length > 2 && candidates.find((name) => name.toLowerCase().includes(typed)));
  if (longer) return longer;
  const distances = candidates.map((name) => editDistance(typed, name.toLowerCase()));
  const least = Math.min(...distances);
  const name = candidates[distances.indexOf(least)];
  return name !== undefined && least <= within * Math.max(typed.length, name.length) ? name : undefined;
}

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** How a name is written in a sentence, for example in backticks. */
type Spelling = (name: string) => string;
const plain: Spelling = (name) => name;

/** Spells a name of the API as sentences have it: in backticks. */
export const inBackticks: Spelling = (name) => `\`${name}\``;

/** Ends a sentence about a wrong name: asks for the nearest, or says what there is where none is near. */
export function didYouMean(wrong: string, names: readonly string[], spelling: Spelling = plain): string {
  const near = nearest(wrong, names);
  return near === undefined ? `choose one of ${listed(names, spelling)}.` : `did you mean ${spelling(near)}?`;
}

/** Returns the part of a sentence that names the nearest of the names, or says what there is where none is near. */
export function theNearest(wrong: string, names: readonly string[], spelling: Spelling = plain): string {
  const near = nearest(wrong, names);
  return near === undefined ? `choose one of ${listed(names, spelling)}` : `the nearest is ${spelling(near)}`;
}

/** Returns what a list of the names ends with: the one that was probably meant, or nothing. */
export function perhaps(wrong: string, names: readonly string[]): string {
  const near = nearest(wrong, names);
  return near === undefined ? '' : `, perhaps ${near}`;
}

const listed = (names: readonly string[], spelling: Spelling): string => shortList(names.map(spelling));

/** Counts letters added, left out, exchanged, or swapped with the next (Damerau 1964, in which no letter is changed twice). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const at = (cells: number[], column: number) => cells[column] as number;
      const exchanged = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let least = Math.min(exchanged, at(last, j) + 1, at(row, j - 1) + 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwapped) least = Math.min(least, at(beforeLast, j - 2) + 1);
      row.push(least);
    }
    [beforeLast, last] = [last, row];
  }
  return last[b.length] as number;
}
