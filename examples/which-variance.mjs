// How much noise does a DDPM step add? β against the posterior variance β̃, when fewer and fewer steps are taken.
import { createSchedule, respace, spacedTimesteps } from '@denoiser/schedules';

const full = createSchedule({ type: 'linear', steps: 1000 });

console.log('steps   t    √β      √β̃     ratio');
for (const steps of [1000, 100, 20]) {
  const schedule = respace(full, spacedTimesteps(1000, { type: 'linspace', steps }));
  for (const i of [1, Math.floor(steps / 10), Math.floor(steps / 2)]) {
    const beta = Math.sqrt(schedule.betas[i]);
    const posterior = Math.sqrt(schedule.posteriorVariances[i]);
    const cells = [steps, schedule.timesteps[i], beta.toFixed(4), posterior.toFixed(4), (beta / posterior).toFixed(2)];
    console.log(cells.map((cell) => String(cell).padStart(5)).join('   '));
  }
}
