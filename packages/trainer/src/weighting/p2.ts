import { p2Weight } from '@denoiser/schedules';
import type { Kind } from '../options/kinds';
import { numberAbove, numberFrom } from '../options/settings';
import type { Weight } from './weighting';

/** P2 (Choi et al. 2022, arXiv:2204.00227, eq. 8): the error of ε times 1/(k + SNR)^γ, whatever is predicted. */
export type P2Weighting = { type: 'p2'; k: number; gamma: number };

export const p2: Kind<P2Weighting, Weight> = {
  settings: {
    k: { ...numberAbove(0, 1), about: 'added to the signal-to-noise ratio' },
    gamma: { ...numberFrom(0, undefined, 1), about: 'γ: how much small noise is played down' },
  },
  make:
    ({ k, gamma }) =>
    (snr, prediction) => {
      // The squared error of ε for one of what is predicted: Δε = √SNR·Δx0 = α·Δv, x_t being what it is.
      const inEpsilon = { epsilon: 1, x0: snr, v: snr / (snr + 1) }[prediction];
      return inEpsilon * p2Weight(snr, { k, gamma });
    },
};
