import type { Prediction } from './parameterization';

/**
 * Returns the Min-SNR-γ weight (Hang et al. 2023, arXiv:2303.09556) of a step's squared error in what the model
 * predicts, by its SNR. It caps the weight of nearly clean images.
 */
export function minSnrWeight(snr: number, prediction: Exclude<Prediction, 'flow'>, gamma = 5): number {
  const capped = Math.min(snr, gamma);
  if (prediction === 'x0') return capped;
  return prediction === 'v' ? capped / (snr + 1) : snr === 0 ? 1 : capped / snr;
}

/** Returns the P2 weight (Choi et al. 2022, arXiv:2204.00227, equation 8): 1/(k + SNR)^γ. */
export function p2Weight(snr: number, { k = 1, gamma = 1 } = {}): number {
  return (k + snr) ** -gamma;
}
