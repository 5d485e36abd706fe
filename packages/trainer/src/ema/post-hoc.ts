import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { copyOf, moveTowards } from './ema';
import type { PostHocEma } from './post-hoc-options';
import { gammaOf, powerDecay } from './power-function';

/** Power-function averages with their state. */
export type PowerEma = {
  /** Updates done; set it when the averages are restored. */
  step: number;
  readonly averages: readonly { readonly sigmaRel: number; readonly parameters: ReadonlyMap<string, Variable> }[];
  update(): void;
  dispose(): void;
};

/** Power-function averages of named parameters, one for each relative width. */
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

/** How a file that holds several averages names the tensors of one. */
export const averagePrefix = (sigmaRel: number): string => `${sigmaRel}:`;
