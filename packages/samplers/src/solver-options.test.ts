import { expect, it } from 'vitest';
import * as arrays from './arrays';

/** Every solver with the options that it has. */
const solvers = {
  ddpm: ['variance', 'noiseAtEnd'],
  ddim: ['eta', 'rederiveEps'],
  deis: ['order', 'lowerOrderFinal'],
  dpmppMultistep: ['order', 'of', 'sde', 'method', 'lowerOrderFinal', 'eulerAtFinal', 'curvature'],
  dpmpp2S: ['r'],
  edmStochastic: ['churn', 'churnMin', 'churnMax', 'churnNoise', 'corrector'],
  euler: ['churn', 'churnMin', 'churnMax', 'churnNoise'],
  eulerAncestral: ['eta'],
  ipndm: ['order'],
  lms: ['order'],
  lcm: ['timestepScaling', 'sigmaData'],
  pndm: ['plms'],
  unipc: ['order', 'variant', 'of', 'lowerOrderFinal', 'withoutCorrector'],
} as const;
type Name = keyof typeof solvers;
const factories = new Map<string, unknown>(Object.entries(arrays));
const made = (name: Name, options: unknown) => (factories.get(name) as (options: unknown) => unknown)(options);

it.each(Object.entries(solvers) as [Name, readonly string[]][])(
  '%s refuses options that it does not have',
  (name, options) => {
    expect(() => made(name, { speed: 1 })).toThrow(`${name} has no option "speed"`);
    expect(() => made(name, 3)).toThrow(`${name} takes an object of options, not 3.`);
    const first = options[0] as string;
    expect(() => made(name, { [`${first}s`]: 1 })).toThrow(`did you mean \`${first}\`?`);
  },
);

it.each(Object.entries(solvers) as [Name, readonly string[]][])(
  '%s refuses values that its options cannot have',
  (name, options) => {
    for (const option of options) {
      expect(() => made(name, { [option]: -1 }), option).toThrow(
        new RegExp(`^\`${option}\` of ${name} must be .*, not -1\\.$`),
      );
      expect(() => made(name, { [option]: Number.NaN }), option).toThrow(/not NaN/);
      expect(() => made(name, { [option]: undefined }), option).not.toThrow();
    }
  },
);

it('RePaint, too', () => {
  expect(() => arrays.repaint(arrays.ddpm(), { jump: 3 } as object)).toThrow('did you mean `jumpLength`?');
  expect(() => arrays.repaint(arrays.ddpm(), { jumpLength: 0 })).toThrow('not 0');
});
