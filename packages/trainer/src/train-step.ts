import { type Scalar, type Tensor, tidy, type Variable, variableGrads } from '@tensorflow/tfjs-core';
import type { AdamW } from './adamw';
import { releaseEarly } from './early-release';
import type { Ema } from './ema/ema';

/**
 * Does one step of gradient descent: loss, gradients, optimizer, average. It knows nothing of diffusion.
 *
 * @param o loss is called once, and everything that it creates is disposed
 * @returns the loss before the step; the caller reads and disposes it
 */
export function trainStep(o: {
  parameters: ReadonlyMap<string, Variable>;
  loss: () => Scalar;
  optimizer: AdamW;
  ema?: Ema;
}): Scalar {
  return tidy(() => {
    const { value, gradients } = lossAndGradients(o.parameters, o.loss);
    o.optimizer.update(gradients);
    o.ema?.update();
    return value;
  });
}

/** Computes a loss and its gradient for each parameter that it depends on. The caller disposes them. */
export function lossAndGradients(
  parameters: ReadonlyMap<string, Variable>,
  loss: () => Scalar,
): { value: Scalar; gradients: Map<string, Tensor> } {
  // tfjs names gradients by the variables' own names, which are unique in the process and not the parameters'.
  const lossOnTape = () => {
    const y = loss();
    releaseEarly();
    return y;
  };
  const { value, grads } = variableGrads(lossOnTape, [...parameters.values()]);
  const gradients = [...parameters].map(([name, { name: id }]): [string, Tensor] => [name, grads[id]]);
  return { value, gradients: new Map(gradients.filter(([, gradient]) => gradient)) };
}
