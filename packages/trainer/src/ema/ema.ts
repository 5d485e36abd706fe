import { emaStep } from '@denoiser/ops';
import { mul, type Tensor, tidy, type Variable } from '@tensorflow/tfjs-core';
import { makeKind, resolveKind } from '../options/kinds';
import { stateVariables } from '../state-variables';
import type { DecayRule } from './decay-rule';
import { EMA_RULES, type EmaInput } from './index';

/** An average of parameters, with its state. */
export type Ema = {
  /** Updates done. Set it when you restore the average. */
  step: number;
  readonly parameters: ReadonlyMap<string, Variable>;
  /** Takes in the parameters. Call it after each step of the optimizer, with the number of the step's images (default 1). */
  update(images?: number): void;
  /** Disposes the average, not the parameters. */
  dispose(): void;
};

/**
 * Creates an exponential moving average of named parameters: shadow = decay·shadow + (1 − decay)·parameter.
 *
 * @throws DenoiserError `option-invalid` if the rule is none.
 */
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

/** Creates variables of the same values. It multiplies by one: a clone would share memory that is updated in place. */
export function copyOf(parameters: ReadonlyMap<string, Tensor>): Map<string, Variable> {
  return stateVariables(parameters, (value) => mul(value, 1));
}

/** Computes shadow = decay·shadow + (1 − decay)·parameter in place. */
export function moveTowards(
  shadow: ReadonlyMap<string, Variable>,
  parameters: ReadonlyMap<string, Tensor>,
  decay: number,
): void {
  tidy(() => emaStep({ shadow: [...shadow.values()], parameters: [...parameters.values()], decay }));
}
