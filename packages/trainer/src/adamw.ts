import { adamWStep } from '@denoiser/ops';
import { type Scalar, type Tensor, tidy, type Variable, zeros, zerosLike } from '@tensorflow/tfjs-core';
import { stateVariables } from './state-variables';

export type AdamWOptions = {
  /** Step size. Default 3e-4. */
  learningRate?: number;
  /** Decay rates of the first and the second moment. Default 0.9 and 0.999. */
  betas?: readonly [beta1: number, beta2: number];
  /** Added to the root of the second moment. Default 1e-8. */
  epsilon?: number;
  /** Decoupled weight decay, times the learning rate. Default 0.01. */
  weightDecay?: number;
};

/** An optimizer with its state: two moments for each parameter. */
export type AdamW = {
  /** Steps done. Set it when you restore the moments. */
  step: number;
  readonly firstMoments: ReadonlyMap<string, Variable>;
  readonly secondMoments: ReadonlyMap<string, Variable>;
  /**
   * Updates the parameters in place. A parameter without a gradient has a gradient of zero; a variable that
   * is not trainable stays as it is. In this step, `rateFactor`
   * (default 1) multiplies the learning rate, and `gradientScale`, if given, the gradients.
   */
  update(gradients: ReadonlyMap<string, Tensor>, now?: { rateFactor?: number; gradientScale?: Scalar }): void;
  /** Disposes the moments, not the parameters. */
  dispose(): void;
};

/**
 * Creates AdamW (Loshchilov & Hutter 2019, arXiv:1711.05101, algorithm 2) for named variables, with PyTorch's defaults. Its
 * moments are variables of the parameters' shapes, which `dispose` frees.
 */
export function createAdamW(parameters: ReadonlyMap<string, Variable>, options: AdamWOptions = {}): AdamW {
  const { learningRate = 3e-4, betas = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0.01 } = options;
  const firstMoments = stateVariables(parameters, zerosLike);
  const secondMoments = stateVariables(parameters, zerosLike);
  return {
    step: 0,
    firstMoments,
    secondMoments,
    update(gradients, { rateFactor = 1, gradientScale } = {}) {
      this.step++;
      // What is not trained stays as it is: it does not decay either.
      const trained = [...parameters].filter(([, { trainable }]) => trainable);
      const momentsOf = (moments: ReadonlyMap<string, Variable>) =>
        trained.map(([name]) => moments.get(name) as Variable);
      tidy(() =>
        adamWStep({
          parameters: trained.map(([, variable]) => variable),
          gradients: trained.map(([name, { shape }]) => gradients.get(name) ?? zeros(shape)),
          firstMoments: momentsOf(firstMoments),
          secondMoments: momentsOf(secondMoments),
          step: this.step,
          learningRate: learningRate * rateFactor,
          beta1: betas[0],
          beta2: betas[1],
          epsilon,
          weightDecay,
          ...(gradientScale && { gradientScale }),
        }),
      );
    },
    dispose() {
      for (const moment of [...firstMoments.values(), ...secondMoments.values()]) moment.dispose();
    },
  };
}
