import { isObject } from '@denoiser/errors';
/**
 * A check of one field of a file. It returns the value in the type that is wanted, or calls `fail` with the path of the first
 * field that is wrong and what that field needs. It never fills in a default.
 */
export type Check<T> = (value: unknown, path: string, fail: Fail) => T;

/** Throws the reader's error: where the fault is, and what is needed there. */
export type Fail = (path: string, needed: string) => never;

const LONGEST_NAME = 100;
const within = (path: string, name: string): string => {
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return path ? `${path}.${shown}` : shown;
};

/** Checks for a whole number in a range. */
export const wholeNumberIn =
  (least: number, most = Number.MAX_SAFE_INTEGER): Check<number> =>
  (value, path, fail) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most
      ? value
      : fail(
          path,
          most === Number.MAX_SAFE_INTEGER ? `a whole number from ${least}` : `a whole number from ${least} to ${most}`,
        );

export const finiteNumber: Check<number> = (value, path, fail) =>
  typeof value === 'number' && Number.isFinite(value) ? value : fail(path, 'a number');

export const trueOrFalse: Check<boolean> = (value, path, fail) =>
  typeof value === 'boolean' ? value : fail(path, 'true or false');

/** Checks for text of at most `longest` characters. */
export const textUpTo =
  (longest: number): Check<string> =>
  (value, path, fail) =>
    typeof value === 'string' && value.length <= longest ? value : fail(path, `a text of up to ${longest} characters`);

/** Checks for text that matches a pattern, which `needed` puts into words. */
export const textLike =
  (pattern: RegExp, needed: string): Check<string> =>
  (value, path, fail) =>
    typeof value === 'string' && pattern.test(value) ? value : fail(path, needed);

export const oneOf =
  <T extends string>(names: readonly T[]): Check<T> =>
  (value, path, fail) =>
    names.find((name) => name === value) ?? fail(path, `one of ${names.join(', ')}`);

/** Checks for a list, and each item of it. */
export const listOf =
  <T>(check: Check<T>, { least = 0, most }: { least?: number; most: number }): Check<T[]> =>
  (value, path, fail) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      return fail(path, least === most ? `a list of ${most}` : `a list of ${least} to ${most}`);
    }
    return value.map((item, i) => check(item, `${path}[${i}]`, fail));
  };

/** Checks for an object with any names, and each of its at most `most` fields. */
export const recordOf =
  <T>(check: Check<T>, most: number): Check<Record<string, T>> =>
  (value, path, fail) => {
    if (!isObject(value) || Object.keys(value).length > most) return fail(path, `an object of up to ${most} fields`);
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, check(field, within(path, name), fail)]),
    );
  };

/** Checks for an object with these fields. Other fields are left out. */
export const objectOf =
  <T extends object>(fields: { readonly [Name in keyof T]-?: Check<T[Name]> }): Check<T> =>
  (value, path, fail) => {
    if (!isObject(value)) return fail(path, 'an object');
    const checked: Partial<T> = {};
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      const field = fields[name](Object.hasOwn(value, name) ? value[name] : undefined, within(path, name), fail);
      if (field !== undefined) checked[name] = field;
    }
    return checked as T;
  };

/** Checks a field that may be absent. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, path, fail) =>
    value === undefined ? undefined : check(value, path, fail);

const DEEPEST = 32;

/** Checks for any JSON value that is nested at most 32 deep; `longest` bounds every name and text in it. */
export const json =
  (longest: number): Check<unknown> =>
  (value, path, fail) => {
    if (value === undefined) return fail(path, 'a value');
    let level: unknown[] = [value];
    for (let depth = 0; level.length > 0; depth++) {
      if (depth > DEEPEST) return fail(path, `a value nested at most ${DEEPEST} deep`);
      const next: unknown[] = [];
      for (const item of level) {
        if (typeof item === 'string' && item.length > longest)
          return fail(path, `texts of up to ${longest} characters`);
        if (typeof item !== 'object' || item === null) continue;
        for (const [name, field] of Object.entries(item)) {
          if (name.length > longest) return fail(path, `names of up to ${longest} characters`);
          next.push(field);
        }
      }
      level = next;
    }
    return value;
  };
