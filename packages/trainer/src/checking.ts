/**
 * Checks of what programs and people have written into files, field by field: a value of the type wanted comes out, or `fail`
 * is called with the path of the first field that is illegible and what it needs. Nothing is filled in.
 */
export type Check<T> = (value: unknown, path: string, fail: Fail) => T;

/** Throws the error of whoever reads: where the fault is, and what is needed there. */
export type Fail = (path: string, needed: string) => never;

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const LONGEST_NAME = 100;
const within = (path: string, name: string): string => {
  const shown = name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name;
  return path ? `${path}.${shown}` : shown;
};

/** A whole number of this range. */
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

/** Text of at most so many characters. */
export const textUpTo =
  (longest: number): Check<string> =>
  (value, path, fail) =>
    typeof value === 'string' && value.length <= longest ? value : fail(path, `a text of up to ${longest} characters`);

/** Text that matches; `needed` says what that is. */
export const textLike =
  (pattern: RegExp, needed: string): Check<string> =>
  (value, path, fail) =>
    typeof value === 'string' && pattern.test(value) ? value : fail(path, needed);

export const oneOf =
  <T extends string>(names: readonly T[]): Check<T> =>
  (value, path, fail) =>
    names.find((name) => name === value) ?? fail(path, `one of ${names.join(', ')}`);

/** A list of at most so many. */
export const listOf =
  <T>(check: Check<T>, { least = 0, most }: { least?: number; most: number }): Check<T[]> =>
  (value, path, fail) => {
    if (!Array.isArray(value) || value.length < least || value.length > most) {
      return fail(path, least === most ? `a list of ${most}` : `a list of ${least} to ${most}`);
    }
    return value.map((item, i) => check(item, `${path}[${i}]`, fail));
  };

/** An object of fields under names that are not known beforehand. */
export const recordOf =
  <T>(check: Check<T>, most: number): Check<Record<string, T>> =>
  (value, path, fail) => {
    if (!isRecord(value) || Object.keys(value).length > most) return fail(path, `an object of up to ${most} fields`);
    return Object.fromEntries(
      Object.entries(value).map(([name, field]) => [name, check(field, within(path, name), fail)]),
    );
  };

/** An object with these fields. Others may be there, and are left out. */
export const objectOf =
  <T extends object>(fields: { readonly [Name in keyof T]-?: Check<T[Name]> }): Check<T> =>
  (value, path, fail) => {
    if (!isRecord(value)) return fail(path, 'an object');
    const checked: Partial<T> = {};
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      const field = fields[name](Object.hasOwn(value, name) ? value[name] : undefined, within(path, name), fail);
      if (field !== undefined) checked[name] = field;
    }
    return checked as T;
  };

/** What may be absent. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, path, fail) =>
    value === undefined ? undefined : check(value, path, fail);

const DEEPEST = 32;

/** Any JSON but undefined, nested no deeper than one can walk through; `longest` bounds every name and text in it. */
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
