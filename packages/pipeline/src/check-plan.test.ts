import { planFor, samplers } from '@denoiser/samplers';
import { expect, test } from 'vitest';
import { checkPlan } from './check-plan';

const PROCESS = { type: 'linear', steps: 50 } as const;
const plan = planFor({ process: PROCESS }, { sampler: 'dpmpp-2m', steps: 4 });

test('plans of every sampler are plans, and stay so as JSON', () => {
  for (const [sampler, { kinds, needsInpainting = false }] of Object.entries(samplers)) {
    if (!kinds.includes('discrete')) continue;
    const made = planFor({ process: PROCESS }, { sampler, ...(needsInpainting && { inpaint: true }) });
    checkPlan(JSON.parse(JSON.stringify(made)));
  }
});

test.each<[change: object, sentence: string]>([
  [{ steps: [] }, '`plan.steps` must be a list of 1 to 100000 steps, one of which calls the model; make the plan with'],
  [{ steps: [...plan.steps, {}] }, '`plan.steps[4].model` must be null, or a call of the model'],
  [{ steps: [...plan.steps, null] }, '`plan.steps[4].model`'],
  [{ steps: [{ ...plan.steps[0], next: { x: '1' } }] }, '`plan.steps[0].next` must be numbers by names'],
  [{ steps: [{ ...plan.steps[0], keep: [1] }] }, '`plan.steps[0].keep`'],
  [{ steps: [{ ...plan.steps[0], from: { alpha: 1 } }] }, '`plan.steps[0].from` must be a level'],
  [{ start: 3 }, '`plan.start` must be a level'],
  [{ initialScale: null }, '`plan.initialScale` must be a number'],
  [{ threshold: { type: 'dynamic', ratio: 2, max: 1 } }, '`plan.threshold`'],
  [{ solver: 'x'.repeat(101) }, '`plan.solver` must be a name'],
])('what is no plan is refused by the field: %o', (change, sentence) => {
  expect(() => checkPlan({ ...plan, ...change })).toThrow(sentence);
});
