// A noise schedule of one's own: β of every step, as numbers. All that follows from it (ᾱ, posterior, SNR) is computed.
import { createPlan, ddpm } from '@denoiser/samplers/arrays';
import { createSchedule, respace } from '@denoiser/schedules';

const T = 200;
const betas = Array.from({ length: T }, (_, t) => 1e-4 + 0.05 * (t / (T - 1)) ** 2); // a parabola
const mine = createSchedule({ type: 'custom', betas });
const linear = createSchedule({ type: 'linear', steps: T, betaEnd: 0.05 });

console.log('   t    ᾱ mine  ᾱ linear');
for (const t of [0, 50, 100, 150, 199]) {
  const cells = [mine, linear].map(({ alphaBars }) => alphaBars[t].toFixed(5));
  console.log(`${String(t).padStart(4)}   ${cells.join('   ')}`);
}

// It is taken wherever a process is: by `createPlan` here, and by `createTrainer({ process: mine })`.
const plan = createPlan({ process: mine, solver: ddpm(), steps: 20 });
console.log(`DDPM in ${plan.steps.length} steps begins at t = ${plan.steps[0].model.time}`);
console.log(`respaced to 4 steps, its β are ${[...respace(mine, [0, 66, 133, 199]).betas].map((b) => b.toFixed(3))}`);
