import { above0, checkSolverOptions } from '../option-checks';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';

/**
 * Returns latent consistency sampling (Luo et al. 2023, arXiv:2310.04378, its multistep algorithm): each step jumps to the image and
 * noises it again to the next level. The consistency function is c_skip·x + c_out·x0, whose factors go by
 * t·timestepScaling and sigmaData (Song et al. 2023, arXiv:2303.01469).
 */
export function lcm(options: { timestepScaling?: number; sigmaData?: number } = {}): Solver<true> {
  checkSolverOptions('lcm', options, { timestepScaling: above0, sigmaData: above0 });
  const { timestepScaling = 10, sigmaData = 0.5 } = options;
  return {
    name: 'lcm',
    order: 0,
    stochastic: true,
    kinds: ['discrete'],
    coordinates: 'schedule',
    spacing: { type: 'lcm' },
    steps: ({ points, targets }) => {
      return points.map((from, i): PlanStep => {
        const scaled = from.model.time * timestepScaling;
        const total = scaled ** 2 + sigmaData ** 2;
        const skip = sigmaData ** 2 / total;
        const out = scaled / Math.sqrt(total);
        const isLast = i === points.length - 1;
        const to = isLast ? { alpha: 1, sigma: 0 } : (targets[i] as Level);
        const next = { x: to.alpha * skip, x0: to.alpha * out, ...(isLast ? {} : { noise: to.sigma }) };
        return { model: from.model, from, to, next };
      });
    },
  };
}
