// A sampler is a plan of numbers. Here it runs on plain arrays: no TensorFlow.js, and the model is a formula: the exact
// noise prediction where all data are one number, 0.3.
import { createPlan, dpmppMultistep, sampleArrays } from '@denoiser/samplers/arrays';
import { createSchedule } from '@denoiser/schedules';

const schedule = createSchedule({ type: 'linear', steps: 1000 });
const plan = createPlan({ process: schedule, solver: dpmppMultistep(), steps: 12 });
console.log('a step of the plan:', plan.steps[5].next);

const pixel = 0.3;
const model = (x, time) => {
  const alphaBar = schedule.alphaBars[Math.round(time)];
  return x.map((value) => (value - Math.sqrt(alphaBar) * pixel) / Math.sqrt(1 - alphaBar));
};

// Any normals will do; these are Box and Muller's from a small generator.
let state = 1;
const uniform = () => {
  state = (state * 48271) % 2147483647;
  return state / 2147483647;
};
const noise = ({ shape }) =>
  Float32Array.from(
    { length: shape.reduce((a, b) => a * b) },
    () => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform()),
  );

for await (const { index, total, x } of sampleArrays({ model, plan, shape: [1, 4], noise })) {
  console.log(`${String(index + 1).padStart(2)}/${total}`, Array.from(x, (value) => value.toFixed(4)).join('  '));
}
