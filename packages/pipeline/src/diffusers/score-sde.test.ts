import { memorySource, writeSafetensors } from '@denoiser/safetensors';
import { planFor, sample, sampleArrays } from '@denoiser/samplers';
import * as tf from '@tensorflow/tfjs';
import { describe, expect, it } from 'vitest';
import { nchwToNhwc } from '../../../unet/test/seed-formula';
import { goldenFile } from '../../../unet/test/unet2d/golden';
import saved from '../../test/fixtures/score-sde.json';
import { openModel } from '../index';
import { parsePythonJson } from './file-folder';
import { readScheduler } from './scheduler';
import { schedulerConfigOf } from './write-scheduler';

/** Their pictures have values from 0 to 1, ours from −1 to 1. */
const inOurs = (value: number) => 2 * value - 1;

/** States that pictures are theirs, to 2e-4 of the largest value. */
function expectLike(x: ArrayLike<number>, theirs: readonly number[], step: number): void {
  const scale = Math.max(1, ...theirs.map(Math.abs));
  const error = Math.max(...theirs.map((value, i) => Math.abs(inOurs(value) - (x[i] as number))));
  expect(error / scale, `step ${step}`).toBeLessThan(2e-4);
}

const told = (config: string) => readScheduler(parsePythonJson(config));
/** The normals that lead to their first x. */
const first = ({ init, config }: { init: readonly number[]; config: string }, initialScale: number) => {
  const { sigma_max } = JSON.parse(config) as { sigma_max: number };
  return init.map((value) => inOurs(sigma_max * value) / initialScale);
};

describe('a model of scores, as ScoreSdeVePipeline draws from it without corrections', () => {
  it('by a formula gives the same picture at every step', async () => {
    const { config, steps, shape, noises, trajectory } = saved.formula;
    const { sampler, warnings, ...trained } = told(config);
    expect(warnings).toEqual([]);
    const plan = planFor(trained, { ...sampler, steps });
    let drawn = 0;
    const drawing = sampleArrays({
      model: (x: Float64Array, sigma) => x.map((value) => (Math.sin(3 * value) - value) / sigma ** 2),
      plan,
      shape,
      noise: ({ purpose }) =>
        Float64Array.from(
          purpose === 'initial' ? first(saved.formula, plan.initialScale) : (noises[drawn++] as number[]),
        ),
    });
    for await (const { index, x } of drawing) expectLike(x, trajectory[index] as number[], index);
    expect(drawn).toBe(steps - 1);
  });

  it('of a folder of the kind of google/ncsnpp-* gives the same picture at every step', async () => {
    await tf.setBackend('cpu');
    const { config, unet, steps, noises, trajectory } = saved.network;
    const files: Record<string, Uint8Array> = {
      'model_index.json': json({ _class_name: 'ScoreSdeVePipeline', scheduler: ['diffusers', 'ScoreSdeVeScheduler'] }),
      'scheduler/scheduler_config.json': new TextEncoder().encode(config),
      'unet/config.json': json(unet),
      'unet/diffusion_pytorch_model.safetensors': writeSafetensors(goldenFile('ncsnpp')),
    };
    using model = await openModel({
      list: async () => Object.keys(files),
      open: async (path: string) => memorySource(files[path] as Uint8Array),
    });
    expect(model.process).toMatchObject({ kind: 'sigma', preconditioning: 'score', sigmaMin: 0.1, sigmaMax: 8 });
    expect(schedulerConfigOf(model)).toMatchObject({
      _class_name: 'ScoreSdeVeScheduler',
      sigma_min: 0.05,
      sigma_max: 4,
    });
    const plan = planFor(model, { ...model.sampler, steps });
    const shape = [1, 8, 8, 3] as const;
    let drawn = 0;
    const drawing = sample({
      denoiser: model.network.denoiser(),
      plan,
      shape,
      noise: ({ purpose }) => {
        const values = purpose === 'initial' ? first(saved.network, plan.initialScale) : (noises[drawn++] as number[]);
        return tf.tensor4d(nchwToNhwc(Float32Array.from(values), [1, 3, 8, 8]), [...shape]);
      },
    });
    for await (const { index, x } of drawing) {
      expectLike(
        await x.data(),
        [...nchwToNhwc(Float32Array.from(trajectory[index] as number[]), [1, 3, 8, 8])],
        index,
      );
    }
    expect(drawn).toBe(steps - 1);
  });

  it('says that its corrections are left out', () => {
    const { warnings, sampler } = readScheduler({ _class_name: 'ScoreSdeVeScheduler' });
    expect(warnings).toEqual([
      'scheduler_config.json: correct_steps is not had here, and pictures are drawn as without it.',
    ]);
    expect(sampler).toEqual({
      sampler: 'ddpm',
      variance: 'beta',
      sigmas: 'exponential',
      steps: 2000,
      threshold: 'none',
    });
  });
});

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
