import { expect, it } from 'vitest';
import { onEachBackend } from '../test/support';
import { globalNorm } from './index';

onEachBackend(() => {
  it('the norm of nothing is 0', () => {
    expect(globalNorm([]).dataSync()[0]).toBe(0);
  });
});
