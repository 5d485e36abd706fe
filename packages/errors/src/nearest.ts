/**
 * Returns the name that was probably meant: one that begins with `wrong`, otherwise the one that takes the fewest
 * letters added, left out or exchanged (Levenshtein 1966).
 */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const typed = wrong.toLowerCase();
  const longer = names.find((name) => typed.length > 1 && name.toLowerCase().startsWith(typed));
  if (longer !== undefined) return longer;
  const distances = names.map((name) => editDistance(typed, name.toLowerCase()));
  return names[distances.indexOf(Math.min(...distances))];
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchanged = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchanged, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
