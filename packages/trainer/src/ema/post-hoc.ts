import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import type { Setting } from '../options/settings';
import { copyOf, moveTowards } from './ema';
import { gammaOf, powerDecay } from './power-function';

/**
 * Averages of two lengths, from whose snapshots one of any length is made afterwards (Karras et al. 2024,
 * arXiv:2312.02696). `sigmaRel`: their relative widths, default 0.05 and 0.10.
 */
export type PostHocEma = { sigmaRel: readonly number[] };

export const postHocSettings: { sigmaRel: Setting<readonly number[]> } = {
  sigmaRel: {
    schema: {
      type: 'array',
      items: { type: 'number', exclusiveMinimum: 0, maximum: 0.28 },
      minItems: 1,
      uniqueItems: true,
    },
    range: 'different numbers above 0 to 0.28, at least one',
    isValid: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      value.every((sigma) => sigma > 0 && sigma <= 0.28),
    fallback: [0.05, 0.1],
  },
};

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
