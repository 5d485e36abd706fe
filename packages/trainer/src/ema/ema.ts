import { emaStep } from '@denoiser/ops';
import { mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { makeKind, resolveKind } from '../options/kinds';
import { stateVariables } from '../state-variables';
import type { DecayRule } from './decay-rule';
import { EMA_RULES, type EmaInput } from './index';

/** Averaged parameters with their state. */
export type Ema = {
  /** Updates done; set it when the average is restored. */
  step: number;
  readonly parameters: ReadonlyMap<string, Variable>;
  /** To be called after each step of the optimizer, with the number of its images (default 1). */
  update(images?: number): void;
  /** Disposes the average, not the parameters. */
  dispose(): void;
};

/** An exponential moving average of named parameters: shadow = decay·shadow + (1 − decay)·parameter. */
export function createEma(parameters: ReadonlyMap<string, Tensor>, rule: EmaInput | DecayRule = {}): Ema {
  const decayOf = typeof rule === 'function' ? rule : makeKind(EMA_RULES, resolveKind('ema', EMA_RULES, rule, 'decay'));
  const shadow = copyOf(parameters);
  return {
    step: 0,
    parameters: shadow,
    update(images = 1) {
      moveTowards(shadow, parameters, decayOf(this.step++, images));
    },
    dispose() {
      for (const value of shadow.values()) value.dispose();
    },
  };
}

/** Variables of the same values. A product by one, since tfjs's clone would share memory that is updated in place. */
export function copyOf(parameters: ReadonlyMap<string, Tensor>): Map<string, Variable> {
  return stateVariables(parameters, (value) => mul(value, 1));
}

/** shadow = decay·shadow + (1 − decay)·parameter, in place. */
export function moveTowards(
  shadow: ReadonlyMap<string, Variable>,
  parameters: ReadonlyMap<string, Tensor>,
  decay: number,
): void {
  tidy(() => emaStep({ shadow: [...shadow.values()], parameters: [...parameters.values()], decay }));
}
