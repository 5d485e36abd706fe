import '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { adamWStep, completeWasmBackend, meanSquaredError } from '@denoiser/ops';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { type Golden, golden } from './golden';

beforeAll(async () => {
  completeWasmBackend();
  await tf.setBackend('wasm');
});

/** The loss, and its gradients in the order of the parameters. */
function lossAndGradients({ model, x, target, time, conditioning }: Golden): { loss: number; gradients: tf.Tensor[] } {
  const variables = [...model.parameters.values()];
  const denoise = model.denoiser();
  const { value, grads } = tf.variableGrads(() => meanSquaredError(denoise(x, time, conditioning), target), variables);
  const loss = value.dataSync()[0];
  value.dispose();
  return { loss, gradients: variables.map((variable) => grads[variable.name]) };
}

function norm(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return Math.sqrt(sum);
}

const relative = (value: number, expected: number) => Math.abs(value - expected) / expected;

test.each(['unet-tiny', 'unet-tiny-conditional'] as const)('%s trains as the original: gradients, AdamW', (name) => {
  const run = golden(name);
  const parameters = [...run.model.parameters.values()];
  const zeros = () => parameters.map((p) => tf.variable(tf.zerosLike(p)));
  const [firstMoments, secondMoments] = [zeros(), zeros()];

  const losses: number[] = [];
  let tensors = 0;
  run.adamw_losses.forEach((_, index) => {
    const { loss, gradients } = lossAndGradients(run);
    losses.push(loss);
    if (index === 0) {
      const names = [...run.model.parameters.keys()];
      const wrong = names
        .map((parameter, i) => ({ parameter, error: relative(norm(gradients[i].dataSync()), run.grad_l2[parameter]) }))
        .filter(({ error }) => !(error < 1e-3));
      expect(wrong).toEqual([]);
      expect(Object.keys(run.grad_l2).sort()).toEqual(names.sort());
    }
    adamWStep({ parameters, gradients, firstMoments, secondMoments, step: index + 1, learningRate: 3e-4 });
    tf.dispose(gradients);
    if (index > 0) expect(tf.memory().numTensors).toBe(tensors);
    tensors = tf.memory().numTensors;
  });
  expect(relative(losses[0], run.mse)).toBeLessThan(1e-4);
  losses.forEach((loss, i) => {
    expect(relative(loss, run.adamw_losses[i])).toBeLessThan(1e-4);
  });
});
