import type { Setting } from '../options/settings';

/**
 * Averages of two lengths, from whose snapshots one of any length is made afterwards (Karras et al. 2024,
 * arXiv:2312.02696). `sigmaRel`: their relative widths, default 0.05 and 0.10.
 */
export type PostHocEma = { sigmaRel: readonly number[] };

export const postHocSettings: { sigmaRel: Setting<readonly number[]> } = {
  sigmaRel: {
    about: 'relative widths of the averages that are kept',
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
