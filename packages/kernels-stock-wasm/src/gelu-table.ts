/**
 * The standard normal distribution function Φ and density φ from a table with a short Taylor series around each node:
 * within 2e-8 of the exact values, and several times faster than exp and erf.
 */

const NODES_PER_UNIT = 128;
const REACH = 6; // Φ(−6) = 1e-9: beyond it x·Φ(x) is 0 or x to float32
const OFFSET = REACH * NODES_PER_UNIT;
const SPACING = 1 / NODES_PER_UNIT;
const table = tabulate(); // [Φ₀, φ₀, Φ₁, φ₁, …]

/** x·Φ(x) */
export function geluOf(x: number): number {
  if (x >= REACH) return x;
  if (x <= -REACH) return 0;
  const node = (x * NODES_PER_UNIT + (OFFSET + 0.5)) | 0;
  const x0 = (node - OFFSET) * SPACING;
  const d = x - x0;
  return x * (table[2 * node] + table[2 * node + 1] * d * (1 - 0.5 * x0 * d));
}

/** The derivative of x·Φ(x): Φ(x) + x·φ(x). */
export function geluSlopeOf(x: number): number {
  if (x >= REACH) return 1;
  if (x <= -REACH) return 0;
  const node = (x * NODES_PER_UNIT + (OFFSET + 0.5)) | 0;
  const x0 = (node - OFFSET) * SPACING;
  const d = x - x0;
  const density = table[2 * node + 1];
  const cumulative = table[2 * node] + density * d * (1 - 0.5 * x0 * d);
  return cumulative + x * density * (1 - d * (x0 - 0.5 * (x0 * x0 - 1) * d));
}

/** Φ by Simpson's rule from one node to the next, which is exact to 1e-14 at this distance. */
function tabulate(): Float64Array {
  const density = (x: number) => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
  const values = new Float64Array(2 * (2 * OFFSET + 2));
  let cumulative = 0.5;
  for (let i = 0; i <= OFFSET + 1; i++) {
    const x = i / NODES_PER_UNIT;
    if (i <= OFFSET) {
      values[2 * (OFFSET - i)] = 1 - cumulative;
      values[2 * (OFFSET - i) + 1] = density(x);
    }
    values[2 * (OFFSET + i)] = cumulative;
    values[2 * (OFFSET + i) + 1] = density(x);
    const half = 0.5 / NODES_PER_UNIT;
    cumulative += (half / 3) * (density(x) + 4 * density(x + half) + density(x + 2 * half));
  }
  return values;
}
