import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';

/**
 * Returns stochastic sampling of flows: each step jumps to the image and mixes it with fresh noise at the next σ, as
 * multistep consistency sampling does (Song et al. 2023, arXiv:2303.01469, algorithm 1).
 */
export function flowSde(): Solver<true> {
  return {
    name: 'flow-sde',
    order: 0,
    stochastic: true,
    kinds: ['flow'],
    coordinates: 'schedule',
    spacing: { type: 'linspace' },
    steps: ({ points, targets }) =>
      points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        return { model: from.model, from, to, next: { x0: to.alpha, noise: to.sigma } };
      }),
  };
}
