import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { copyOf, moveTowards } from './ema';
import type { PostHocEma } from './post-hoc-options';
import { gammaOf, powerDecay } from './power-function';

/** Power-function averages of parameters, with their state. */
export type PowerEma = {
  /** Updates done. Set it when you restore the averages. */
  step: number;
  readonly averages: readonly { readonly sigmaRel: number; readonly parameters: ReadonlyMap<string, Variable> }[];
  /** Takes in the parameters. Call it after each step of the optimizer. */
  update(): void;
  /** Disposes the averages, not the parameters. */
  dispose(): void;
};

/** Creates power-function averages (Karras et al. 2024, arXiv:2312.02696) of named parameters, one per relative width. */
export function createPowerEma(parameters: ReadonlyMap<string, Tensor>, { sigmaRel }: PostHocEma): PowerEma {
  const averages = sigmaRel.map((sigma) => ({
    sigmaRel: sigma,
    gamma: gammaOf(sigma),
    parameters: copyOf(parameters),
  }));
  return {
    step: 0,
    averages,
    update() {
      this.step++;
      for (const { gamma, parameters: shadow } of averages) {
        moveTowards(shadow, parameters, powerDecay(gamma, this.step));
      }
    },
    dispose() {
      for (const { parameters: shadow } of averages) for (const value of shadow.values()) value.dispose();
    },
  };
}

/** Returns the prefix of one average's tensors in a file that holds several. */
export const averagePrefix = (sigmaRel: number): string => `${sigmaRel}:`;
