/** Returns the coefficients, lowest first, of the polynomial that is 1 at nodes[j] and 0 at the others. */
export function lagrange(nodes: readonly number[], j: number): number[] {
  let coefficients = [1];
  nodes.forEach((node, k) => {
    if (k === j) return;
    const scale = 1 / ((nodes[j] as number) - node);
    const next = new Array<number>(coefficients.length + 1).fill(0);
    coefficients.forEach((c, power) => {
      next[power] = (next[power] as number) - c * node * scale;
      next[power + 1] = (next[power + 1] as number) + c * scale;
    });
    coefficients = next;
  });
  return coefficients;
}

/** Solves A·x = b by elimination with pivots; A is small. */
export function solveLinear(A: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = A.map((row, i) => [...row, b[i] as number]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]?.[k] ?? 0) > Math.abs(rows[pivot]?.[k] ?? 0)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot] as number[], rows[k] as number[]];
    const lead = rows[k] as number[];
    for (let i = 0; i < n; i++) {
      const row = rows[i] as number[];
      if (i === k) continue;
      const factor = (row[k] as number) / (lead[k] as number);
      for (let j = k; j <= n; j++) row[j] = (row[j] as number) - factor * (lead[j] as number);
    }
  }
  return rows.map((row, i) => (row[n] as number) / (row[i] as number));
}
