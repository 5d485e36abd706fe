import { minSnrWeight } from '@denoiser/schedules';
import type { Kind } from '../options/kinds';
import { numberAbove } from '../options/settings';
import type { Weight } from './weighting';

/** Min-SNR-γ (Hang et al. 2023, arXiv:2303.09556): no step counts for more than SNR γ (default 5) in x0. */
export type MinSnrWeighting = { type: 'min-snr'; gamma: number };

export const minSnr: Kind<MinSnrWeighting, Weight> = {
  settings: { gamma: { ...numberAbove(0, 5), about: 'γ: the signal-to-noise ratio above which none counts more' } },
  make:
    ({ gamma }) =>
    (snr, prediction) =>
      minSnrWeight(snr, prediction, gamma),
};
