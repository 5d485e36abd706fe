/** The name that takes the fewest insertions, deletions and exchanges of letters to reach (Levenshtein 1966). */
export function nearest(wrong: string, names: readonly string[]): string {
  const distance = (name: string) => editDistance(wrong.toLowerCase(), name.toLowerCase());
  return names.reduce((best, name) => (distance(name) < distance(best) ? name : best));
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const exchange = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(exchange, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
