// A solver of one's own: DDIM that goes a little too far in each step. A solver turns noise levels into linear maps, so
// that a plan of it runs wherever any other does.
import { createPlan, ddim, sampleArrays } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';

const process = createSchedule({ type: 'cosine', steps: 1000 });
/** x ← α·x0·strength + σ·ε, where `eps` is the level's own sum for ε. */
const bolder = (strength) => ({
  ...ddim(),
  name: 'bolder-ddim',
  steps: ({ points, targets }) =>
    points.map((from, i) => {
      const to = targets[i];
      const next = Object.fromEntries(Object.entries(from.eps).map(([name, value]) => [name, to.sigma * value]));
      return { model: from.model, from, to, next: { ...next, x0: (next.x0 ?? 0) + to.alpha * strength } };
    }),
});

const model = (x, time) => x.map((value) => value * Math.sqrt(1 - process.alphaBars[Math.round(time)]));
for (const solver of [ddim(), bolder(1.02)]) {
  const plan = createPlan({ process, solver, steps: 10 });
  for await (const { index, total, x } of sampleArrays({ model, plan, shape: [1, 2], noise: () => [0.5, -1] }))
    if (index === total - 1) console.log(solver.name, Array.from(x, (value) => value.toFixed(4)).join(' '));
}
