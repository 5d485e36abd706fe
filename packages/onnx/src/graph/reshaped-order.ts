import { isSame, straight } from './value';

/**
 * Returns the order of axes that a tensor has after a reshape without moving a number, or undefined where there is none.
 *
 * A reshape splits runs of neighbouring axes and joins others: [B, H, W, C] → [B, H·W, C] has the runs B, HW, C. Where each run
 * stands together in the graph, as in [B, C, H, W], so do the new axes: [B, C, H·W].
 */
export function reshapedOrder(
  shape: readonly number[],
  order: readonly number[],
  wanted: readonly number[],
): number[] | undefined {
  if (isSame(order, straight(shape))) return straight(wanted);
  const runs = runsOf(shape, wanted);
  const result: number[] = [];
  let rest = order.filter((axis) => shape[axis] !== 1);
  const left = new Set(runs);
  while (rest.length > 0) {
    const run = runs.find(({ from }) => from[0] === rest[0]);
    if (!run || !isSame(run.from, rest.slice(0, run.from.length))) return undefined;
    result.push(...run.to);
    left.delete(run);
    rest = rest.slice(run.from.length);
  }
  for (const { to } of left) result.push(...to); // of size 1: anywhere
  return result;
}

interface Run {
  /** Axes of the old shape, those of size 1 left out. */
  readonly from: number[];
  readonly to: number[];
}

/** The smallest runs of neighbouring axes in which both shapes have the same number of elements. */
function runsOf(shape: readonly number[], wanted: readonly number[]): Run[] {
  const runs: Run[] = [];
  let [i, j] = [0, 0];
  while (i < shape.length || j < wanted.length) {
    const run: Run = { from: [], to: [] };
    let [a, b] = [1, 1];
    const takeOld = () => {
      if (shape[i] !== 1) run.from.push(i);
      a *= shape[i++] as number;
    };
    const takeNew = () => {
      b *= wanted[j] as number;
      run.to.push(j++);
    };
    if (i < shape.length) takeOld();
    else takeNew();
    while (a !== b)
      if (a < b) takeOld();
      else takeNew();
    runs.push(run);
  }
  return runs;
}
