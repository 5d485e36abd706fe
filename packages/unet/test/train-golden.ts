import { adamWStep, meanSquaredError } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type CaseName, type Golden, golden } from './golden';

/**
 * Trains a case of the manifest on its one batch and expects what the original gave: the L2 norm of every parameter's
 * first gradient, and the loss before each AdamW step. No tensor may be left over from a step.
 */
export async function expectToTrainAsTheOriginal(name: CaseName): Promise<void> {
  const run = golden(name);
  const names = [...run.model.parameters.keys()];
  const parameters = [...run.model.parameters.values()];
  const zeros = () => parameters.map((p) => tf.variable(tf.zerosLike(p)));
  const [firstMoments, secondMoments] = [zeros(), zeros()];
  expect(Object.keys(run.grad_l2).sort()).toEqual([...names].sort());

  const before = tf.memory().numTensors;
  for (const [index, expected] of run.adamw_losses.entries()) {
    const { loss, gradients } = await lossAndGradients(run, parameters);
    expect(relative(loss, expected)).toBeLessThan(1e-4);
    if (index === 0) {
      expect(relative(loss, run.mse)).toBeLessThan(1e-4);
      const errors: { parameter: string; error: number }[] = [];
      for (const [i, parameter] of names.entries()) {
        errors.push({ parameter, error: relative(norm(await gradients[i].data()), run.grad_l2[parameter]) });
      }
      expect(errors.filter(({ error }) => !(error < 1e-3))).toEqual([]);
    }
    adamWStep({ parameters, gradients, firstMoments, secondMoments, step: index + 1, learningRate: 3e-4 });
    tf.dispose(gradients);
    expect(tf.memory().numTensors).toBe(before);
  }
}

/** The loss, and its gradients in the order of the parameters. */
async function lossAndGradients(
  { model, x, target, time, conditioning }: Golden,
  parameters: tf.Variable[],
): Promise<{ loss: number; gradients: tf.Tensor[] }> {
  const denoise = model.denoiser();
  const { value, grads } = tf.variableGrads(() => meanSquaredError(denoise(x, time, conditioning), target), parameters);
  const [loss] = await value.data();
  value.dispose();
  return { loss, gradients: parameters.map((parameter) => grads[parameter.name]) };
}

function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
}

function relative(value: number, expected: number): number {
  return Math.abs(value - expected) / expected;
}
