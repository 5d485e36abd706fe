import { expect, test } from 'vitest';
import { noiseSchedule } from '../forward/noise-schedules';
import { planeSolvers } from './solvers';
import { followParticles, meanDistance, positionsAt, type Trajectory, type Way } from './trajectory';

const way: Way = {
  // Far apart beside the σ of a last step, so that none ends between two of them.
  data: Float64Array.of(1.5, 0, -1.5, 0.5, 0.25, -1.5, 0, 1.6),
  schedule: noiseSchedule('linear', false),
  sampler: 'ddim',
  steps: 60,
  particles: 60,
  seed: 1,
};

async function last(changed: Partial<Way>): Promise<Trajectory> {
  let trajectory: Trajectory = [];
  for await (const soFar of followParticles({ ...way, ...changed }, new AbortController().signal)) trajectory = soFar;
  return trajectory;
}

test.each(planeSolvers.map(({ value }) => value))('%s leads from noise to the points, t falling', async (sampler) => {
  const trajectory = await last({ sampler });
  expect(trajectory[0]?.t).toBe(1000);
  expect(trajectory.at(-1)?.t).toBe(0);
  for (let i = 1; i < trajectory.length; i++) {
    expect(trajectory[i]?.t).toBeLessThan(trajectory[i - 1]?.t as number);
  }
  expect(meanDistance(positionsAt(trajectory, 0), way.data)).toBeLessThan(0.05);
});

test('DDIM from the same noise ends at the same points, DDPM with other noise on the way elsewhere', async () => {
  const [fine, finer] = [await last({ steps: 250 }), await last({ steps: 500 })];
  const [a, b] = [positionsAt(fine, 0), positionsAt(finer, 0)];
  const same = [...a].filter((value, i) => Math.abs(value - (b[i] as number)) < 0.05).length;
  expect(same / a.length).toBeGreaterThan(0.9);
  const other = positionsAt(await last({ sampler: 'ddpm', steps: 250 }), 0);
  const kept = [...a].filter((value, i) => Math.abs(value - (other[i] as number)) < 0.05).length;
  expect(kept / a.length).toBeLessThan(0.5);
});

test('one DDIM step leads to the mean of the data: the average of all answers is none of them', async () => {
  const end = positionsAt(await last({ steps: 1, schedule: noiseSchedule('cosine', false) }), 0);
  const points = way.data.length / 2;
  const mean = [0, 1].map((axis) => way.data.reduce((sum, x, i) => sum + (i % 2 === axis ? x : 0), 0) / points);
  // At ᾱ = 2.4·10⁻⁹ the weights differ from uniform by about √ᾱ·|x||x0| = 5·10⁻⁵·5.
  for (const [i, value] of end.entries()) expect(Math.abs(value - (mean[i % 2] as number))).toBeLessThan(5e-4);
});

test('a long way is kept in few stops, and one that is ended ends', async () => {
  const trajectory = await last({ steps: 1000, particles: 4 });
  expect(trajectory.length).toBeLessThan(260);
  expect(trajectory.at(-1)?.t).toBe(0);
  const controller = new AbortController();
  const steps = followParticles(way, controller.signal);
  await steps.next();
  controller.abort();
  await expect(steps.next()).rejects.toThrow();
});
