import type { Kind } from '../options/kinds';
import type { Weight } from './weighting';

/** L_simple (Ho et al. 2020, arXiv:2006.11239, eq. 14): every step alike. */
export type UniformWeighting = { type: 'uniform' };

export const uniform: Kind<UniformWeighting, Weight> = { settings: {}, make: () => () => 1 };
