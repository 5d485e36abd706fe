import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { straight } from './straight';

/**
 * Euler ancestral (Karras et al.'s notation; Song et al. 2021's ancestral sampling for the VE process): Euler down
 * below the target, then noise up to it. `eta` 0 is Euler.
 */
export function eulerAncestral({ eta = 1 }: { eta?: number } = {}): Solver<true> {
  return {
    ...straight,
    name: 'euler-ancestral',
    order: 1,
    stochastic: true,
    kinds: ['discrete', 'sigma'],
    steps: ({ points, targets }) => {
      return points.map((from, i): PlanStep => {
        const to = targets[i] as Level;
        const { up, down } = ancestral(from.sigma, to.sigma, eta);
        const ratio = down / from.sigma;
        return { model: from.model, from, to, next: { x: ratio, x0: 1 - ratio, noise: up } };
      });
    },
  };
}

/** Variance split of a step from one σ to another: down² + up² = to². */
export function ancestral(from: number, to: number, eta: number): { up: number; down: number } {
  const up = Math.min(to, eta * Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2));
  return { up, down: Math.sqrt(to ** 2 - up ** 2) };
}
