import type { ModelInfo } from '@denoiser/backend-web';
import { createPlan, type Plan, type PlanOptions, type Solver } from '@denoiser/samplers/arrays';
import { createSchedule, type Schedule } from '@denoiser/schedules';

/**
 * The sampler for a model as numbers, over as many steps; x̂0 is kept within [−1, 1].
 *
 * @throws ScheduleError in a sentence where solver, steps and model do not fit.
 */
export function makePlan(model: ModelInfo, solver: Solver<'discrete'>, steps: number): Plan {
  const schedule = createSchedule(model.schedule);
  if (solver.name === 'pndm' && steps < 4) throw new Error('PNDM needs at least 4 steps; choose more of them.');
  const plan = createPlan({
    schedule,
    solver,
    prediction: model.prediction as 'epsilon',
    steps: Math.min(steps, schedule.steps),
    threshold: true,
    ...levelsFor(solver.name),
  });
  return model.learnedVariance ? { ...plan, learnedVariance: true } : plan;
}

/** Which noise levels are visited, where the solver's own choice does not suit a page on which few steps are taken. */
function levelsFor(solver: string): Pick<PlanOptions<Schedule>, 'spacing' | 'sigmas'> {
  if (solver.startsWith('ddpm')) return { spacing: 'linspace' }; // both ends stay
  if (solver === 'ddim') return { spacing: 'trailing' }; // starts where noise alone is
  // In σ the cosine schedule ends at 20,000, from where the mean of two slopes leads nowhere.
  if (solver === 'heun') return { sigmas: { type: 'karras', max: 40 } };
  return {};
}
