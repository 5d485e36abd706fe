import { uniforms } from '@denoiser/ops';
import { describe, expect, it } from 'vitest';
import { fc } from '../../../../tests/properties';
import { fitProfile, gammaOf, innerProduct, powerDecay, relativeWidth } from './power-function';

const profiles = fc.record({
  gamma: fc.double({ min: 0, max: 30, noNaN: true }),
  t: fc.integer({ min: 1, max: 1000 }),
});

describe('power-function averages', () => {
  it("have the paper's exponents for its two widths", () => {
    expect(gammaOf(0.05)).toBeCloseTo(16.97, 2);
    expect(gammaOf(0.1)).toBeCloseTo(6.94, 2);
    expect(relativeWidth(0)).toBeCloseTo(Math.sqrt(1 / 12), 15);
  });

  it('know their width back from the exponent', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 0.28, noNaN: true }), (sigma) => {
        expect(Math.abs(relativeWidth(gammaOf(sigma)) / sigma - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  it('have inner products that are integrals', () => {
    const integral = (f: (x: number) => number, end: number, n = 20_000) =>
      Array.from({ length: n }, (_, i) => f(((i + 0.5) * end) / n)).reduce((sum, y) => sum + y, 0) * (end / n);
    for (const [a, b] of [
      [
        { gamma: 6.94, t: 3 },
        { gamma: 16.97, t: 5 },
      ],
      [
        { gamma: 0, t: 2 },
        { gamma: 3, t: 2 },
      ],
    ]) {
      const density = ({ gamma, t }: typeof a, x: number) => ((gamma + 1) * x ** gamma) / t ** (gamma + 1);
      const exact = integral((x) => density(a, x) * density(b, x), Math.min(a.t, b.t));
      expect(Math.abs(innerProduct(a, b) / exact - 1)).toBeLessThan(1e-5); // the midpoint rule's error
    }
    fc.assert(
      fc.property(profiles, profiles, (a, b) => {
        expect(innerProduct(a, b)).toBeCloseTo(innerProduct(b, a), 12);
        // Cauchy and Schwarz, with room for rounding.
        expect(innerProduct(a, b) ** 2).toBeLessThanOrEqual(innerProduct(a, a) * innerProduct(b, b) * (1 + 1e-12));
      }),
    );
  });

  it('give a snapshot back as itself', () => {
    const stored = [100, 200, 300].flatMap((t) => [0.05, 0.1].map((sigma) => ({ gamma: gammaOf(sigma), t })));
    const coefficients = fitProfile(stored, stored[3]);
    coefficients.forEach((x, i) => {
      expect(Math.abs(x - (i === 3 ? 1 : 0))).toBeLessThan(1e-9);
    });
  });

  it.each([0.04, 0.05, 0.075, 0.1, 0.13])('make one of width %d like one that was tracked from the start', (sigma) => {
    const steps = 2000;
    const u = uniforms({ seed: 1, step: 0, index: 0, count: steps });
    // A weight that goes somewhere, and trembles.
    const weight = (t: number) => Math.sin((3 * t) / steps) + (u[t - 1] - 0.5);
    const track = (sigmaRel: number, upTo: number) => {
      const gamma = gammaOf(sigmaRel);
      let average = 0;
      for (let t = 1; t <= upTo; t++) {
        const decay = powerDecay(gamma, t);
        average = decay * average + (1 - decay) * weight(t);
      }
      return { gamma, t: upTo, average };
    };
    const stored = Array.from({ length: 16 }, (_, i) => [track(0.05, (i + 1) * 125), track(0.1, (i + 1) * 125)]).flat();
    const coefficients = fitProfile(stored, { gamma: gammaOf(sigma), t: steps });
    const made = coefficients.reduce((sum, x, i) => sum + x * stored[i].average, 0);
    expect(coefficients.reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 2);
    expect(Math.abs(made - track(sigma, steps).average)).toBeLessThan(
      sigma === 0.05 || sigma === 0.1 ? 1e-12 : 1e-3, // a tracked width is its own snapshot
    );
  });
});
