import { MOST_STEPS } from '@denoiser/schedules';
import { checkSolverOptions, whole } from '../option-checks';
import type { Level, PlanStep } from '../plan';
import { refuse } from '../refuse';
import type { Solver } from '../solver';

/**
 * Returns another solver with RePaint's resampling around it (Lugmayr et al. 2022, arXiv:2201.09865, algorithm 1): after
 * every `jumpLength` steps it adds the noise of as many steps and goes down again, `resamples` times in all. It is for
 * inpainting, where the filled part comes to agree with the known one. The solver takes one plan step a level.
 */
export function repaint(solver: Solver, options: { jumpLength?: number; resamples?: number } = {}): Solver<true> {
  checkSolverOptions('repaint', options, { jumpLength: whole, resamples: whole });
  const { jumpLength = 10, resamples = 10 } = options;
  return {
    ...solver,
    name: `${solver.name}-repaint`,
    stochastic: true,
    steps: (grid) => {
      const single = solver.steps(grid);
      if (single.length * resamples > MOST_STEPS) {
        refuse(`RePaint of ${single.length} steps, ${resamples} times, is too long a plan; use fewer of either.`);
      }
      const steps: PlanStep[] = [];
      for (let start = 0; start < single.length; start += jumpLength) {
        const down = single.slice(start, start + jumpLength);
        const bottom = (down.at(-1) as PlanStep).to;
        const isEnd = bottom.sigma === 0;
        for (let k = 0; k < (isEnd ? 1 : resamples); k++) {
          if (k > 0) steps.push(forward(bottom, (down[0] as PlanStep).from));
          steps.push(...down);
        }
      }
      return steps;
    },
  };
}

/** Returns the step that adds noise, q(x_to | x_from), to a noisier level. */
function forward(from: Level, to: Level): PlanStep {
  const ratio = to.alpha / from.alpha;
  const noise = Math.sqrt(to.sigma ** 2 - (ratio * from.sigma) ** 2);
  return { model: null, from, to, next: { x: ratio, noise } };
}
