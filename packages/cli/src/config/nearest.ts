/** The name that begins like this, or the one with the fewest letters added, left out or changed (Levenshtein 1966). */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  const longer = names.find((name) => wrong.length > 1 && name.toLowerCase().startsWith(wrong.toLowerCase()));
  if (longer !== undefined) return longer;
  const distances = names.map((name) => editDistance(wrong.toLowerCase(), name.toLowerCase()));
  return names[distances.indexOf(Math.min(...distances))];
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const changed = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
