import type { Setting } from '../options/settings';

/**
 * Averages from whose snapshots `reconstructEma` makes one of any length (Karras et al. 2024, arXiv:2312.02696). `sigmaRel`
 * are their relative widths, by default 0.05 and 0.10.
 */
export type PostHocEma = { sigmaRel: readonly number[] };

/** Most averages at the same time: each takes the memory of the weights. */
export const MOST = 100;

export const postHocSettings: { sigmaRel: Setting<readonly number[]> } = {
  sigmaRel: {
    about: 'relative widths of the averages that are kept',
    schema: {
      type: 'array',
      items: { type: 'number', exclusiveMinimum: 0, maximum: 0.28 },
      minItems: 1,
      maxItems: MOST,
      uniqueItems: true,
    },
    range: `different numbers above 0 to 0.28, 1 to ${MOST} of them`,
    isValid: (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      value.length <= MOST &&
      new Set(value).size === value.length &&
      value.every((sigma) => sigma > 0 && sigma <= 0.28),
    fallback: [0.05, 0.1],
  },
};
