import { epsOf, lambdaOf, shifted, sum } from '../combination';
import { boolean, type Check, checkSolverOptions, ESTIMATE, timesteps, upTo, VARIANT } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import { solveLinear } from '../polynomial';
import type { Solver } from '../solver';

export interface UniPcOptions {
  readonly order?: 1 | 2 | 3;
  readonly variant?: 'bh1' | 'bh2';
  /** What is extrapolated; default 'x0'. */
  readonly of?: 'x0' | 'epsilon';
  /** Lower orders in the last steps; default true. */
  readonly lowerOrderFinal?: boolean;
  /** Steps (0 is the first) whose result is not corrected. */
  readonly withoutCorrector?: readonly number[];
}

const CHECKS: Readonly<Record<keyof UniPcOptions, Check>> = {
  order: /* @__PURE__ */ upTo(3),
  variant: VARIANT,
  of: ESTIMATE,
  lowerOrderFinal: boolean,
  withoutCorrector: timesteps,
};

/**
 * Returns UniPC (Zhao et al. 2023, arXiv:2302.04867, UniP with UniC over several steps): each evaluation first corrects the x that it was
 * made at and then predicts the next, so that it takes no more evaluations than a multistep solver. The predictor has
 * the given `order`, the whole one more.
 */
export function unipc(options: UniPcOptions = {}): Solver<false> {
  checkSolverOptions('unipc', options, CHECKS);
  const { order = 2, variant = 'bh2', of = 'x0', lowerOrderFinal = true, withoutCorrector = [] } = options;
  return {
    name: `unipc-${order}`,
    order: order + 1,
    stochastic: false,
    coordinates: 'finite',
    spacing: { type: 'linspace', withoutLast: true },
    steps: ({ points, targets }) => {
      const orderAt = (i: number): number => {
        const left = points.length - i;
        const to = targets[i] as Level;
        const mustDrop =
          lowerOrderFinal || (left === 1 && (to.sigma === 0 || lambdaOf(to) === lambdaOf(points[i] as Level)));
        return Math.min(order, i + 1, mustDrop ? left : order);
      };
      return points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const current: Combination = of === 'x0' ? { x0: 1 } : epsOf(from);
        const before = points.slice(Math.max(0, i - order), i).reverse();
        const isCorrected = i > 0 && !withoutCorrector.includes(i - 1);
        const corrected = isCorrected ? correct(before, from, orderAt(i - 1)) : { x: 1 };

        /** Corrects the step from `levels[0]` to `from`, whose own estimate is known by now. */
        function correct(levels: readonly Level[], target: Level, p: number): Combination {
          const [start] = levels as [Level];
          const { base, B, rks, R, b } = bh(start, target, levels.slice(1, p));
          const rhos = p === 1 ? [0.5] : solveLinear(R, b);
          const own = rhos[p - 1] as number;
          const D = rks.map((rk, k): [number, Combination] => [
            (-base.scale * B * (rhos[k] as number)) / rk,
            { [`m${k + 2}`]: 1, m1: -1 },
          ]);
          const last = sum([-base.scale * B * own, current], [base.scale * B * own, { m1: 1 }]);
          return sum([base.x, { last: 1 }], [base.m, { m1: 1 }], ...D, [1, last]);
        }

        const p = orderAt(i);
        const { base, B, rks, R, b } = bh(from, to, before.slice(0, p - 1));
        const rhos =
          p === 2
            ? [0.5]
            : solveLinear(
                R.slice(0, p - 1).map((row) => row.slice(0, p - 1)),
                b.slice(0, p - 1),
              );
        const D = rks.map((rk, k): [number, Combination] => {
          const factor = (-base.scale * B * (rhos[k] as number)) / rk;
          return [1, sum([factor, { [`m${k + 1}`]: 1 }], [-factor, current])];
        });
        const next = sum([base.x, corrected], [base.m, current], ...D);
        return { model: from.model, from, to, next, keep: { last: corrected, ...shifted('m', current, order, i) } };
      });
    },
  };

  /** Returns the system of the method with B(h) from one level to another, with the levels before `from`, newest first. */
  function bh(from: Level, to: Level, before: readonly Level[]) {
    const h = lambdaOf(to) - lambdaOf(from);
    const z = of === 'x0' ? -h : h;
    const phi1 = Math.expm1(z);
    const B = variant === 'bh1' ? z : phi1;
    const rks = before.map((level) => (lambdaOf(level) - lambdaOf(from)) / h);
    const nodes = [...rks, 1];
    const R: number[][] = [];
    const b: number[] = [];
    let phi = phi1 / z - 1;
    let factorial = 1;
    for (let k = 1; k <= nodes.length; k++) {
      R.push(nodes.map((node) => node ** (k - 1)));
      b.push((phi * factorial) / B);
      factorial *= k + 1;
      phi = phi / z - 1 / factorial;
    }
    const base =
      of === 'x0'
        ? { x: to.sigma / from.sigma, m: -to.alpha * phi1, scale: to.alpha }
        : { x: to.alpha / from.alpha, m: -to.sigma * phi1, scale: to.sigma };
    return { base, B, rks, R, b };
  }
}
