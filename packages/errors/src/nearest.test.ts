import { expect, it } from 'vitest';
import { nearest } from './nearest';

it('the nearest name is the one that begins like this, or the one with the fewest changes', () => {
  const names = ['ddpm', 'ddim', 'dpmpp-2m', 'dpmpp-2m-sde', 'euler-a'];
  expect(nearest('dpmpp', names)).toBe('dpmpp-2m');
  expect(nearest('DDIN', names)).toBe('ddim');
  expect(nearest('euler_a', names)).toBe('euler-a');
  expect(nearest('anything', [])).toBeUndefined();
});
