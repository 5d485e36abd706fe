import { shifted, slopeOf, sum } from '../combination';
import { checkSolverOptions, upTo } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import { lagrange } from '../polynomial';
import type { Solver } from '../solver';
import { eulerStep, straight } from './straight';

/**
 * Returns the linear multistep method, Adams–Bashforth on the actual grid (Crowson 2022, k-diffusion, `sample_lms`): it
 * interpolates the slopes of the last `order` steps in σ and integrates the polynomial exactly.
 */
export function lms(options: { order?: 1 | 2 | 3 | 4 } = {}): Solver<false> {
  checkSolverOptions('lms', options, { order: upTo(4) });
  const { order = 4 } = options;
  return {
    ...straight,
    name: 'lms',
    order,
    stochastic: false,
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const count = Math.min(i + 1, order);
        if (count === 1) {
          return { ...eulerStep(from, to), keep: shifted('slope', slopeOf(from), order - 1, i) };
        }
        const nodes = Array.from({ length: count }, (_, k) => (points[i - k]?.sigma ?? 0) - from.sigma);
        const terms = nodes.map((_, k): [number, Combination] => [
          integral(lagrange(nodes, k), to.sigma - from.sigma),
          k === 0 ? slopeOf(from) : { [`slope${k}`]: 1 },
        ]);
        return {
          model: from.model,
          from,
          to,
          next: sum([1, { x: 1 }], ...terms),
          keep: shifted('slope', slopeOf(from), order - 1, i),
        };
      }),
  };
}

/** Returns the integral of a polynomial from 0 to h. */
function integral(coefficients: readonly number[], h: number): number {
  return coefficients.reduce((total, c, power) => total + (c * h ** (power + 1)) / (power + 1), 0);
}
