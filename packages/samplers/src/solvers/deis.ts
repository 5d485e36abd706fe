import { epsOf, shifted, sum } from '../combination';
import { boolean, checkSolverOptions, upTo } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import { lagrange } from '../polynomial';
import type { Solver } from '../solver';
import { exponentialStep } from './dpmpp-singlestep';

/**
 * Returns DEIS in its ρAB form (Zhang & Chen 2022, arXiv:2204.13902), with polynomials in log ρ, ρ = σ/α:
 * it interpolates ε of the last `order` steps and integrates the polynomial exactly over ρ. The step to ρ = 0 is of
 * order 1.
 */
export function deis(options: { order?: 1 | 2 | 3; lowerOrderFinal?: boolean } = {}): Solver<false> {
  checkSolverOptions('deis', options, { order: upTo(3), lowerOrderFinal: boolean });
  const { order = 3, lowerOrderFinal = true } = options;
  return {
    name: `deis-${order}`,
    order,
    stochastic: false,
    coordinates: 'finite',
    spacing: { type: 'linspace', withoutLast: true },
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const left = points.length - i;
        const isShort = lowerOrderFinal && points.length < 15;
        const used = Math.min(order, i + 1, isShort ? left : order);
        const keep = shifted('eps', epsOf(from), order - 1, i);
        if (used === 1 || to.sigma === 0) {
          return { model: from.model, from, to, next: exponentialStep(from, to, 'x', { x0: 1 }), keep };
        }
        const rho = from.sigma / from.alpha;
        const nodes = Array.from({ length: used }, (_, k) => {
          const level = points[i - k] as Level;
          return Math.log(level.sigma / level.alpha / rho);
        });
        const end = Math.log(to.sigma / to.alpha / rho);
        const terms = nodes.map((_, k): [number, Combination] => [
          to.alpha * rho * integral(lagrange(nodes, k), end),
          k === 0 ? epsOf(from) : { [`eps${k}`]: 1 },
        ]);
        return { model: from.model, from, to, next: sum([to.alpha / from.alpha, { x: 1 }], ...terms), keep };
      }),
  };
}

/** Returns ∫ p(u)·e^u du from 0 to `end`, by parts: p − p' + p'' − … times e^u. */
function integral(coefficients: readonly number[], end: number): number {
  const at = (u: number): number => {
    let p = [...coefficients];
    let total = 0;
    for (let sign = 1; p.length > 0; sign = -sign) {
      total += sign * p.reduce((value, c, power) => value + c * u ** power, 0);
      p = p.slice(1).map((c, power) => c * (power + 1));
    }
    return total * Math.exp(u);
  };
  return at(end) - at(0);
}
