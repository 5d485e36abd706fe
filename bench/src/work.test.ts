import { expect, it } from 'vitest';
import { workOf } from './work';

it('a 3×3 convolution of 64 channels at 8×8 does 2·64·9·64·64 operations', () => {
  const shapes = [
    [1, 8, 8, 64],
    [3, 3, 64, 64],
  ];
  expect(workOf('Conv2D', shapes, [[1, 8, 8, 64]]).flops).toBe(2 * 64 * 9 * 64 * 64);
});

it('its two gradients do as many', () => {
  const [x, filter] = [
    [1, 8, 8, 64],
    [3, 3, 64, 64],
  ];
  const dy = [1, 8, 8, 64];
  expect(workOf('Conv2DBackpropInput', [dy, filter], [x]).flops).toBe(2 * 64 * 9 * 64 * 64);
  expect(workOf('Conv2DBackpropFilter', [x, dy], [filter]).flops).toBe(2 * 64 * 9 * 64 * 64);
});

it('attention of 16 tokens and 8 channels does two products, its gradient five', () => {
  const tokens = [2, 16, 8];
  expect(workOf('denoiser.Attention', [tokens, tokens, tokens], [tokens]).flops).toBe(4 * 2 * 16 * 16 * 8);
  expect(workOf('denoiser.AttentionGrad', [tokens, tokens, tokens], []).flops).toBe(10 * 2 * 16 * 16 * 8);
});

it('a linear map and its gradient, with a bias and without', () => {
  const [x, weight, y] = [
    [2, 5, 3],
    [3, 4],
    [2, 5, 4],
  ];
  expect(workOf('denoiser.Linear', [x, weight, [4]], [y]).flops).toBe(2 * 10 * 3 * 4);
  expect(workOf('denoiser.LinearGrad', [y, x, weight], [x, weight]).flops).toBe(4 * 10 * 3 * 4);
});

it('what is not known is counted by its bytes', () => {
  expect(workOf('Add', [[10], [10]], [[10]])).toEqual({ flops: 0, bytes: 120 });
});
