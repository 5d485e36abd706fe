import { NOISY } from '../grid';
import { atLeast0, checkSolverOptions } from '../option-checks';
import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';
import { straight } from './straight';

/**
 * Returns Euler ancestral, the ancestral sampler of variance-exploding models (SMLD; Song et al. 2021, arXiv:2011.13456):
 * each step goes below its target by Euler's method and adds noise up to it. With `eta` 0 it is Euler.
 */
export function eulerAncestral(options: { eta?: number } = {}): Solver<true> {
  checkSolverOptions('eulerAncestral', options, { eta: atLeast0 });
  const { eta = 1 } = options;
  return {
    ...straight,
    name: 'euler-ancestral',
    order: 1,
    stochastic: true,
    kinds: NOISY,
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

/** Returns how a step from one σ to another splits the variance of its target: down² + up² = to². */
export function ancestral(from: number, to: number, eta: number): { up: number; down: number } {
  const up = Math.min(to, eta * Math.sqrt((to ** 2 * (from ** 2 - to ** 2)) / from ** 2));
  return { up, down: Math.sqrt(to ** 2 - up ** 2) };
}
