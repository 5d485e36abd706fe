import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { OpsError } from './errors';
import { AdamWStep, EmaStep } from './kernels';
import { hasKernel } from './run-kernel';

/**
 * One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101, algorithm 2), with PyTorch's conventions: the weights
 * shrink by 1 − learningRate·weightDecay, and epsilon is added after the bias correction. Updates the variables in place.
 *
 * @param options step: 1 for the first; learningRate: default 3e-4; beta1, beta2: default 0.9, 0.999; epsilon: default
 *   1e-8; weightDecay: default 0.01; gradientScale: a number on the device by which all gradients are multiplied first,
 *   such as what limits their norm. The lists have one entry for each parameter.
 * @throws DenoiserError if the lists differ in length.
 */
export function adamWStep(options: {
  parameters: readonly Variable[];
  gradients: readonly Tensor[];
  firstMoments: readonly Variable[];
  secondMoments: readonly Variable[];
  step: number;
  learningRate?: number;
  beta1?: number;
  beta2?: number;
  epsilon?: number;
  weightDecay?: number;
  gradientScale?: Scalar;
}): void {
  const { gradientScale, parameters, gradients, firstMoments, secondMoments, step } = options;
  const { learningRate = 3e-4, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0.01 } = options;
  const count = parameters.length;
  checkLengths('adamWStep', { parameters, gradients, firstMoments, secondMoments });
  if (hasKernel(AdamWStep)) {
    const inputs: Record<string, Tensor> = {};
    for (let i = 0; i < count; i++) {
      inputs[`parameter${i}`] = owned(parameters[i]);
      inputs[`gradient${i}`] = gradients[i];
      inputs[`firstMoment${i}`] = owned(firstMoments[i]);
      inputs[`secondMoment${i}`] = owned(secondMoments[i]);
    }
    if (gradientScale) inputs.gradientScale = gradientScale;
    const attrs = { count, step, learningRate, beta1, beta2, epsilon, weightDecay };
    tf.engine().runKernel(AdamWStep, inputs, attrs);
    return;
  }
  const stepSize = learningRate / (1 - beta1 ** step);
  const rootCorrection = Math.sqrt(1 - beta2 ** step);
  for (let i = 0; i < count; i++) {
    const gradient = () => (gradientScale ? tf.mul(gradients[i], gradientScale) : gradients[i]);
    assign(firstMoments[i], () => mix(firstMoments[i], gradient(), beta1));
    assign(secondMoments[i], () => mix(secondMoments[i], tf.square(gradient()), beta2));
    assign(parameters[i], () => {
      const denominator = tf.add(tf.div(tf.sqrt(secondMoments[i]), rootCorrection), epsilon);
      const update = tf.mul(tf.div(firstMoments[i], denominator), stepSize);
      return tf.sub(tf.mul(parameters[i], 1 - learningRate * weightDecay), update);
    });
  }
}

/**
 * One step of an exponential moving average of the parameters: shadow = decay·shadow + (1 − decay)·parameter, in place.
 *
 * @throws DenoiserError if the lists differ in length.
 */
export function emaStep(options: { shadow: readonly Variable[]; parameters: readonly Tensor[]; decay: number }): void {
  const { shadow, parameters, decay } = options;
  checkLengths('emaStep', { shadow, parameters });
  if (hasKernel(EmaStep)) {
    const inputs: Record<string, Tensor> = {};
    for (let i = 0; i < shadow.length; i++) {
      inputs[`shadow${i}`] = owned(shadow[i]);
      inputs[`parameter${i}`] = parameters[i];
    }
    tf.engine().runKernel(EmaStep, inputs, { count: shadow.length, decay });
    return;
  }
  shadow.forEach((average, i) => {
    assign(average, () => mix(average, parameters[i], decay));
  });
}

function mix(old: Tensor, fresh: Tensor, decay: number): Tensor {
  return tf.add(tf.mul(old, decay), tf.mul(fresh, 1 - decay));
}

function assign(variable: Variable, compute: () => Tensor): void {
  const value = tf.tidy(compute);
  variable.assign(value);
  value.dispose();
}

/** The variable, alone with its memory: tfjs shares memory between clones, which a kernel in place would change too. */
function owned(variable: Variable): Variable {
  if (tf.backend().refCount(variable.dataId) > 1) assign(variable, () => tf.add(variable, 0));
  return variable;
}

function checkLengths(op: string, lists: Record<string, readonly Tensor[]>): void {
  const [[name, list], ...others] = Object.entries(lists);
  for (const [otherName, other] of others) {
    if (other.length !== list.length) {
      throw new OpsError(
        'shape-invalid',
        `${op} needs lists of one length, but got ${list.length} ${name} and ${other.length} ${otherName}.`,
      );
    }
  }
}
