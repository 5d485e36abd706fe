import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';

/** Stochastic flow sampling: jump to the image, mix it with fresh noise at the next σ (as consistency models do). */
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
