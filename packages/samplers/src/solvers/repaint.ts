import type { Level, PlanStep } from '../plan';
import type { Solver } from '../solver';

/**
 * RePaint's resampling (Lugmayr et al. 2022, arXiv:2201.09865, algorithm 1) around another solver of one step each:
 * after every `jumpLength` steps the process goes `jumpLength` back up by adding noise and down again, `resamples`
 * times in all. For inpainting, where it makes the filled part agree with the known one.
 */
export function repaint(
  solver: Solver,
  { jumpLength = 10, resamples = 10 }: { jumpLength?: number; resamples?: number } = {},
): Solver<true> {
  return {
    ...solver,
    name: `${solver.name}-repaint`,
    stochastic: true,
    steps: (grid) => {
      const single = solver.steps(grid);
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

/** q(x_to | x_from) for a noisier `to`. */
function forward(from: Level, to: Level): PlanStep {
  const ratio = to.alpha / from.alpha;
  const noise = Math.sqrt(to.sigma ** 2 - (ratio * from.sigma) ** 2);
  return { model: null, from, to, next: { x: ratio, noise } };
}
