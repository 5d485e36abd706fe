import { epsOf, lambdaOf, shifted, sum } from '../combination';
import type { GridPoint } from '../grid';
import { boolean, type Check, checkSolverOptions, ESTIMATE, oneOf, upTo } from '../option-checks';
import type { Combination, Level, PlanStep } from '../plan';
import { refuse } from '../refuse';
import type { Solver } from '../solver';

export interface DpmOptions<Sde extends boolean = boolean> {
  readonly order?: 1 | 2 | 3;
  /** 'x0' is DPM-Solver++, 'epsilon' DPM-Solver, which cannot end at σ = 0. */
  readonly of?: 'x0' | 'epsilon';
  /** Solves the SDE instead of the ODE. */
  readonly sde?: Sde;
  /** How the second order takes the difference. */
  readonly method?: 'midpoint' | 'heun';
  /** Lower orders in the last steps of runs of fewer than 15; default true. */
  readonly lowerOrderFinal?: boolean;
  /** The last step of order 1 in runs of any length. To σ = 0 it is so anyway. */
  readonly eulerAtFinal?: boolean;
  /**
   * Third order: the weight of the second difference. 'reference' (default) is that of the authors' program and of all
   * that follow it, half of what Taylor's series asks for: it converges with order 2. 'exact' has order 3. 'diffusers'
   * differs from 'reference' for the SDE alone, by a weight that does not vanish with the step.
   */
  readonly curvature?: 'reference' | 'exact' | 'diffusers';
}

const CHECKS: Readonly<Record<keyof DpmOptions, Check>> = {
  order: /* @__PURE__ */ upTo(3),
  of: ESTIMATE,
  sde: boolean,
  method: /* @__PURE__ */ oneOf(['midpoint', 'heun']),
  lowerOrderFinal: boolean,
  eulerAtFinal: boolean,
  curvature: /* @__PURE__ */ oneOf(['reference', 'exact', 'diffusers']),
};

/**
 * Returns DPM-Solver++ 2M (Lu et al. 2022, arXiv:2211.01095, algorithm 2) or 3M, their SDE forms (SDE-DPM-Solver++ of that
 * paper), or, `of` epsilon, multistep DPM-Solver (Lu et al. 2022, arXiv:2206.00927).
 */
export function dpmppMultistep<Sde extends boolean = false>(options: DpmOptions<Sde> = {}): Solver<Sde> {
  checkSolverOptions('dpmppMultistep', options, CHECKS);
  const {
    order = 2,
    of = 'x0',
    method = 'midpoint',
    lowerOrderFinal = true,
    eulerAtFinal = false,
    curvature = 'reference',
  } = options;
  const sde = (options.sde ?? false) as Sde;
  if (sde && of === 'epsilon' && order === 3) {
    refuse('DPM-Solver of epsilon has no third order as an SDE; use order 2, or of x0.');
  }
  return {
    name: `${of === 'x0' ? 'dpmpp' : 'dpm'}-${order}m${sde ? '-sde' : ''}`,
    order: order === 3 && curvature !== 'exact' ? 2 : order,
    stochastic: sde,
    coordinates: 'finite',
    spacing: { type: 'linspace', withoutLast: true },
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        if (to.sigma === 0 && of === 'epsilon') {
          refuse("DPM-Solver of epsilon cannot reach σ = 0; set end: 'first', or use x0.");
        }
        const left = points.length - i;
        const isShort = lowerOrderFinal && points.length < 15;
        const capped =
          left === 1 && (isShort || eulerAtFinal || to.sigma === 0) ? 1 : left === 2 && isShort ? 2 : order;
        const used = to.sigma / to.alpha === from.sigma / from.alpha ? 1 : Math.min(capped, order, i + 1);
        const current: Combination = of === 'x0' ? { x0: 1 } : epsOf(from);
        const history = points.slice(i - used + 1, i).reverse();
        const next = update({ from, to, history, current, of, sde, method, curvature });
        return { model: from.model, from, to, next, keep: shifted('m', current, order - 1, i) };
      }),
  };
}

function update(step: {
  from: GridPoint;
  to: Level;
  history: readonly Level[];
  current: Combination;
  of: 'x0' | 'epsilon';
  sde: boolean;
  method: 'midpoint' | 'heun';
  curvature: 'reference' | 'exact' | 'diffusers';
}): Combination {
  const { from, to, history, current, of, sde, method, curvature } = step;
  const h = lambdaOf(to) - lambdaOf(from);
  const { D1, D2 } = differences(h, from, history, current);
  // The integrals of e^λ (or e^2λ) times 1, λ and λ²/2 over the step, and what they multiply: z = −h, h, or −2h.
  const z = of === 'epsilon' ? h : sde ? -2 * h : -h;
  const phi1 = Math.expm1(z);
  const phi2 = phi1 / z - 1;
  const phi3 = (phi1 - z) / z ** 2 - 0.5;
  const first = D2 === null && method === 'midpoint' ? phi1 / 2 : phi2;
  const third = curvature === 'exact' ? 2 * phi3 : curvature === 'diffusers' && sde ? phi3 + 1 : phi3;
  const noise = sde ? to.sigma * Math.sqrt(of === 'x0' ? -Math.expm1(-2 * h) : Math.expm1(2 * h)) : 0;
  const [x, scale] =
    of === 'x0'
      ? [(to.sigma / from.sigma) * (sde ? Math.exp(-h) : 1), to.alpha]
      : [to.alpha / from.alpha, to.sigma * (sde ? 2 : 1)];
  return sum(
    [1, { x, noise }],
    [-scale * phi1, current],
    [D1 ? -scale * first : 0, D1 ?? {}],
    [D2 ? -scale * third : 0, D2 ?? {}],
  );
}

/** Divided differences of the model's estimates in λ, in units of the step h. */
function differences(
  h: number,
  from: Level,
  history: readonly Level[],
  current: Combination,
): { D1: Combination | null; D2: Combination | null } {
  const [one, two] = history;
  if (!one) return { D1: null, D2: null };
  const r0 = (lambdaOf(from) - lambdaOf(one)) / h;
  const D10 = sum([1 / r0, current], [-1 / r0, { m1: 1 }]);
  if (!two) return { D1: D10, D2: null };
  const r1 = (lambdaOf(one) - lambdaOf(two)) / h;
  const D11 = { m1: 1 / r1, m2: -1 / r1 };
  const curve = sum([1, D10], [-1, D11]);
  return { D1: sum([1, D10], [r0 / (r0 + r1), curve]), D2: sum([1 / (r0 + r1), curve]) };
}
