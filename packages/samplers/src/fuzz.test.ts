import { createSchedule } from '@denoiser/schedules';
import { expect, test } from 'vitest';
import { changeJson, fuzz } from '../../../tests/fuzz';
import { planFor, type SavedState, sampleArrays, saveArrayState } from './index';
import { decodeState } from './saved-state';

const process = createSchedule({ type: 'cosine', steps: 20 });
const shape = [2, 3, 3, 1];
const model = (x: Float32Array) => x.map((value) => 0.9 * value);
const noise = () => Float32Array.from({ length: 18 }, (_, i) => Math.sin(i));
/** A solver that remembers nothing, ones that remember much, and one that draws noise. */
const plans = ['ddim', 'dpmpp-3m', 'pndm', 'unipc', 'dpmpp-2m-sde'].map((sampler) =>
  planFor({ process, prediction: 'epsilon' }, { sampler, steps: 6 }),
);

async function statesOf(plan: (typeof plans)[number]): Promise<SavedState[]> {
  const states: SavedState[] = [];
  for await (const { state } of sampleArrays({ model, plan, shape, noise })) states.push(saveArrayState(state));
  return states.slice(0, -1); // one that is finished is refused
}

test('whatever a saved state is, a run goes on with it to its end, or refuses it in a sentence', async () => {
  const saved = (
    await Promise.all(plans.map(async (plan, of) => (await statesOf(plan)).map((state) => ({ of, state }))))
  ).flat();
  const samples = saved.map((value) => new TextEncoder().encode(JSON.stringify(value)));
  const { runs, refused } = await fuzz({
    samples,
    change: changeJson,
    runs: 1000,
    async read(bytes) {
      const { of, state: resume } = partsOf(bytes);
      const plan = plans[of];
      if (!plan || !resume) return;
      for await (const { x } of sampleArrays({ model, plan, shape, noise, resume })) {
        expect(x).toHaveLength(18);
      }
      const { x, memory } = decodeState(resume, plan, shape);
      for (const values of [x, ...Object.values(memory)]) expect(values.every(Number.isFinite)).toBe(true);
    },
  });
  expect(refused).toBeGreaterThan(runs / 10);
});

/** What was changed may be no JSON any more, which is its reader's matter. */
function partsOf(bytes: Uint8Array): { of: number; state?: SavedState } {
  try {
    const { of, state } = JSON.parse(new TextDecoder().decode(bytes)) ?? {};
    return { of: typeof of === 'number' ? of : -1, state };
  } catch {
    return { of: -1 };
  }
}
