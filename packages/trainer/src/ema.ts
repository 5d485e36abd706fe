import { emaStep } from '@denoiser/ops';
import { mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { stateVariables } from './state-variables';

export type EmaOptions = {
  /** Default 0.995. */
  decay?: number;
  /** Updates that copy the parameters before averaging begins; default 2000. */
  startStep?: number;
};

/** Averaged parameters with their state. */
export type Ema = {
  /** Updates done; set it when the average is restored. */
  step: number;
  readonly parameters: ReadonlyMap<string, Variable>;
  /** To be called after each step of the optimizer. */
  update(): void;
  /** Disposes the average, not the parameters. */
  dispose(): void;
};

/**
 * An exponential moving average of named parameters: a copy of them for `startStep` updates, then
 * shadow = decay·shadow + (1 − decay)·parameter.
 */
export function createEma(parameters: ReadonlyMap<string, Tensor>, options: EmaOptions = {}): Ema {
  const { decay = 0.995, startStep = 2000 } = options;
  // A product by one, because tfjs's clone would share memory with a variable that is updated in place.
  const shadow = stateVariables(parameters, (value) => mul(value, 1));
  return {
    step: 0,
    parameters: shadow,
    update() {
      const copy = this.step++ < startStep;
      tidy(() =>
        emaStep({ shadow: [...shadow.values()], parameters: [...parameters.values()], decay: copy ? 0 : decay }),
      );
    },
    dispose() {
      for (const value of shadow.values()) value.dispose();
    },
  };
}
