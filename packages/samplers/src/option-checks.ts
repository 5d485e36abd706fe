import { describeValue, unknownOption } from '@denoiser/errors';
import { refuse } from './refuse';

/** What a value must be. */
export interface Check {
  readonly must: string;
  readonly is: (value: unknown) => boolean;
}

export const whole: Check = {
  must: 'a whole number of at least 1',
  is: (value) => Number.isInteger(value) && (value as number) >= 1,
};
export const whole0: Check = {
  must: 'a whole number of at least 0',
  is: (value) => Number.isInteger(value) && (value as number) >= 0,
};
export const above0: Check = {
  must: 'a number above 0',
  is: (value) => Number.isFinite(value) && (value as number) > 0,
};
export const atLeast0: Check = {
  must: 'a number of at least 0',
  is: (value) => Number.isFinite(value) && (value as number) >= 0,
};
/** For ranges that may be open. */
export const atLeast0OrInfinite: Check = {
  must: 'a number of at least 0, or Infinity',
  is: (value) => (value as number) >= 0 && typeof value === 'number',
};
export const share: Check = { must: 'a number in (0, 1]', is: (value) => above0.is(value) && (value as number) <= 1 };
export const boolean: Check = { must: 'true or false', is: (value) => typeof value === 'boolean' };
export const text: Check = { must: 'a word', is: (value) => typeof value === 'string' };
export const anything: Check = { must: 'anything', is: () => true };
export const timesteps: Check = {
  must: 'a list of whole numbers',
  is: (value) => Array.isArray(value) && value.every(whole0.is),
};
export const oneOf = (words: readonly string[]): Check => ({
  must: `one of ${words.join(', ')}`,
  is: (value) => words.some((word) => word === value),
});

export const VARIANCE = /* @__PURE__ */ oneOf(['posterior', 'beta', 'learned-range', 'learned']);
export const VARIANT = /* @__PURE__ */ oneOf(['bh1', 'bh2']);
export const CHURN = { churn: atLeast0, churnMin: atLeast0, churnMax: atLeast0OrInfinite, churnNoise: atLeast0 };
export const ESTIMATE = /* @__PURE__ */ oneOf(['x0', 'epsilon']);

/** A whole number from 1 to `most`: orders of a solver. */
export const upTo = (most: number): Check => ({
  must: `a whole number from 1 to ${most}`,
  is: (value) => whole.is(value) && (value as number) <= most,
});

/**
 * Checks what a solver is made of.
 *
 * @throws DenoiserError `plan-invalid` for the first name that is no option of it, or the first value that is none.
 */
export function checkSolverOptions(solver: string, options: object, checks: Readonly<Record<string, Check>>): void {
  const sentence = unknownOption(solver, options, Object.keys(checks));
  if (sentence) refuse(sentence);
  for (const [option, { must, is }] of Object.entries(checks)) {
    const value = (options as Readonly<Record<string, unknown>>)[option];
    if (value !== undefined && !is(value)) {
      refuse(`\`${option}\` of ${solver} must be ${must}, not ${describeValue(value)}.`);
    }
  }
}
