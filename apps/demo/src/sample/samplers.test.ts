import type { ModelInfo } from '@denoiser/backend-web';
import { evaluations, planFor, type SamplerOptions } from '@denoiser/samplers/arrays';
import { expect, test } from 'vitest';
import { samplerMenu, samplerOptions } from './samplers';

const digits: ModelInfo = {
  architecture: { name: 'ddpm-unet', config: {} },
  parameterCount: 1,
  imageShape: [16, 16, 1],
  classNames: [],
  process: { type: 'cosine', steps: 1000 },
  prediction: 'epsilon',
  learnedVariance: false,
  description: 'digits',
};

/** The plan that the worker makes of the page's choices. */
const pagePlan = (model: ModelInfo, options: SamplerOptions & { sampler: string; steps: number }) =>
  planFor(model, samplerOptions(model, options));

test.each(samplerMenu.map(({ value }) => value))(
  '%s has a plan of few and of many steps that ends without noise',
  (name) => {
    for (const steps of [4, 60]) {
      const plan = pagePlan(digits, { sampler: name, steps });
      expect(evaluations(plan)).toBeGreaterThanOrEqual(steps);
      expect(plan.steps.at(-1)?.to.sigma).toBe(0);
    }
  },
);

test('DDPM starts at the last step of training and takes as many steps as asked for, or all', () => {
  const plan = pagePlan(digits, { sampler: 'ddpm', variance: 'beta', steps: 10 });
  expect(plan.steps[0]?.model?.time).toBe(999);
  expect(plan.steps).toHaveLength(10);
  expect(pagePlan(digits, { sampler: 'ddpm', variance: 'beta', steps: 5000 }).steps).toHaveLength(1000);
});

test('samplers by σ take at most the steps that hold signal', () => {
  expect(pagePlan(digits, { sampler: 'euler', steps: 5000 }).steps).toHaveLength(996);
});

test('β adds more noise than the posterior variance at every step but the last', () => {
  const noises = (variance: 'beta' | 'posterior') =>
    pagePlan(digits, { sampler: 'ddpm', variance, steps: 20 }).steps.map(({ next }) => next.noise ?? 0);
  const [large, small] = [noises('beta'), noises('posterior')];
  for (let i = 0; i < 19; i++) expect(large[i]).toBeGreaterThan(small[i] as number);
  expect([large[19], small[19]]).toEqual([0, 0]);
});

test("inpainting's plan goes back up now and then", () => {
  const plan = pagePlan(digits, { sampler: 'repaint', steps: 40, jump: 8, resamples: 2, inpaint: true });
  expect(plan.steps.some(({ from, to }) => to.sigma > from.sigma)).toBe(true);
  expect(plan.steps.at(-1)?.to.sigma).toBe(0);
});

test('PNDM with too few steps is refused in words', () => {
  expect(() => pagePlan(digits, { sampler: 'pndm', steps: 3 })).toThrow('at least 4 steps');
});
