import type { Activation } from '@denoiser/ops';
import { geluOf, geluSlopeOf } from './gelu-table';

/** y = activation(y) from `start` to `end`; one loop for each activation, so that each is compiled by itself. */
export function activate(y: Float32Array, start: number, end: number, activation: Activation): void {
  if (activation === 'gelu') for (let i = start; i < end; i++) y[i] = geluOf(y[i]);
  if (activation === 'silu') for (let i = start; i < end; i++) y[i] /= 1 + Math.exp(-y[i]);
}

/** z = dy·activation'(z) from `start` to `end`. */
export function activateBack(
  z: Float32Array,
  dy: Float32Array,
  start: number,
  end: number,
  activation: Activation,
): void {
  if (activation === 'gelu') for (let i = start; i < end; i++) z[i] = dy[i] * geluSlopeOf(z[i]);
  if (activation === 'silu') {
    for (let i = start; i < end; i++) {
      const s = 1 / (1 + Math.exp(-z[i]));
      z[i] = dy[i] * s * (1 + z[i] * (1 - s));
    }
  }
  if (activation === 'linear') for (let i = start; i < end; i++) z[i] = dy[i];
}
