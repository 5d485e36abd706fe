import type { ModelInfo } from '@denoiser/backend-web';
import { createPlan, type Plan, type Solver } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';

/**
 * The sampler for a model as numbers, over as many steps; x̂0 is kept within [−1, 1].
 *
 * @throws ScheduleError in a sentence where solver, steps and model do not fit.
 */
export function makePlan(model: ModelInfo, solver: Solver<'discrete'>, steps: number): Plan {
  const schedule = createSchedule(model.schedule);
  if (solver.name === 'pndm' && steps < 4) throw new Error('PNDM needs at least 4 steps; choose more of them.');
  const isAncestral = solver.name.startsWith('ddpm');
  const plan = createPlan({
    schedule,
    solver,
    prediction: model.prediction as 'epsilon',
    steps: Math.min(steps, schedule.steps),
    threshold: true,
    ...(isAncestral && { spacing: 'linspace' as const }), // over a part of its steps it keeps both ends
  });
  return model.learnedVariance ? { ...plan, learnedVariance: true } : plan;
}
