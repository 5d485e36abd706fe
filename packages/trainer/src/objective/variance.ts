import { type Input, numberFrom } from '../options/settings';

/** The sampler chooses the variance of its steps; the network gives as many channels as the images have. */
export type FixedVariance = { type: 'fixed' };

/**
 * The network gives twice the channels: the second half says where, between β̃ and β, the variance is. λ is `vlbWeight`,
 * 0.001 by default: with T = 1000 a term of the bound, in bits per dimension, counts as much as the squared error.
 */
export type LearnedRange = { type: 'learned-range'; vlbWeight: number };

export type VarianceOptions = FixedVariance | LearnedRange;
export type VarianceInput = Input<FixedVariance> | Input<LearnedRange, 'type'>;

export const VARIANCES = {
  fixed: { settings: {} },
  'learned-range': {
    settings: { vlbWeight: { ...numberFrom(0, undefined, 0.001), about: 'λ: weight of the variational bound' } },
  },
};
