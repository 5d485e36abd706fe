import { describe, expect, it } from 'vitest';
import { angle, angleLevel, angleSigmas, levelAt, trainingTarget, x0From } from './index';

describe('the process by angle', () => {
  it('goes from data to noise alone on the unit circle', () => {
    const process = angle();
    expect(angleLevel(process, 0)).toEqual({ alpha: 1, sigma: 0 });
    expect(angleLevel(process, 1000)).toEqual({ alpha: 0, sigma: 1 });
    for (const time of [0.3, 250, 500, 812.5, 999.9]) {
      const { alpha, sigma } = levelAt(process, time);
      expect(Math.abs(alpha ** 2 + sigma ** 2 - 1)).toBeLessThan(1e-15);
      expect(Math.atan2(sigma, alpha)).toBeCloseTo(((time / 1000) * Math.PI) / 2, 12);
      // v is the tangent of the circle: x0 is found from it at any angle.
      const { x0, eps } = trainingTarget('v', alpha, sigma);
      const { fromX, fromOutput } = x0From('v', alpha, sigma);
      expect(fromX * alpha + fromOutput * x0).toBeCloseTo(1, 12);
      expect(fromX * sigma + fromOutput * eps).toBeCloseTo(0, 12);
    }
  });

  it('has a grid whose σ is sin² of an even ramp', () => {
    const sigmas = angleSigmas(4).map((ratio) => (ratio === Infinity ? 1 : ratio / Math.hypot(1, ratio)));
    [4, 3, 2, 1].forEach((k, i) => {
      expect(sigmas[i]).toBeCloseTo(Math.sin((k * Math.PI) / 8) ** 2, 12);
    });
    const cut = angleSigmas(5, { max: 164 });
    expect(cut[0]).toBeCloseTo(164, 9);
    for (let i = 1; i < 5; i++) expect(cut[i]).toBeLessThan(cut[i - 1] as number);
  });

  it('refuses steps that are no number above 0', () => {
    for (const steps of [0, -1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => angle({ steps })).toThrow('above 0');
  });
});
