import type { ProcessKind } from '../grid';
import type { Level } from '../plan';
import type { Solver } from '../solver';
import { eulerStep, straight } from './straight';

/** Euler on dx/dσ = (x − x0)/σ (Karras et al. 2022, arXiv:2206.00364, algorithm 1 without correction); also for flows. */
export function euler(): Solver<ProcessKind, false> {
  return {
    ...straight,
    name: 'euler',
    order: 1,
    stochastic: false,
    steps: ({ points, targets }) => points.map((from, i) => eulerStep(from, targets[i] as Level)),
  };
}
