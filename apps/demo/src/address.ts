import { effect, type Signal } from '@preact/signals';

/** A setting that the address keeps: how it is written, and what is read of a text; undefined where it is none. */
export type Field = {
  readonly isDefault: () => boolean;
  readonly reset: () => void;
  readonly write: () => string;
  readonly read: (text: string) => boolean;
};

/**
 * Returns the field of a signal, whose value now is the default unless `standard` says another. What `parse` has no value for
 * is no value of it.
 */
export function field<T extends string | number | boolean>(
  signal: Signal<T>,
  parse: (text: string) => T | undefined,
  standard?: () => T,
): Field {
  const first = signal.peek();
  const usual = standard ?? (() => first);
  return {
    isDefault: () => signal.value === usual(),
    reset() {
      signal.value = usual();
    },
    write: () => String(signal.value),
    read(text) {
      const value = parse(text);
      if (value !== undefined) signal.value = value;
      return value !== undefined;
    },
  };
}

/** Returns a parser of whole numbers from `min` to `max`. */
export const whole = (min: number, max: number) => numberOf(min, max, /^\d{1,10}$/);

/** Returns a parser of numbers from `min` to `max` in plain decimals. */
export const decimal = (min: number, max: number) => numberOf(min, max, /^\d{1,10}(\.\d{1,6})?$/);

const numberOf = (min: number, max: number, pattern: RegExp) => (text: string) => {
  const value = Number(text);
  return pattern.test(text) && value >= min && value <= max ? value : undefined;
};

/** Returns a parser of one of the names. */
export const oneOf =
  <T extends string>(names: () => readonly T[]) =>
  (text: string): T | undefined =>
    names().find((name) => name === text);

/** Reads `true` and `false`. */
export const yesOrNo = (text: string): boolean | undefined =>
  text === 'true' || text === 'false' ? text === 'true' : undefined;

export type Fields = Readonly<Record<string, Field>>;

/** Returns the fields whose values are not the defaults, as an address has them. */
export function written(fields: Fields): string {
  const values = Object.entries(fields).flatMap(([name, { isDefault, write }]) =>
    isDefault() ? [] : [[name, write()] as [string, string]],
  );
  return new URLSearchParams(values).toString();
}

/** Gives each field what the text says of it, and its default where it says nothing or nothing that could be. */
export function restore(fields: Fields, text: string): void {
  const values = new URLSearchParams(text);
  for (const [name, { read, reset }] of Object.entries(fields)) {
    const value = values.get(name);
    if (value === null || !read(value)) reset();
  }
}

const kept = new Map<string, Fields>();

/** Returns the tab and the settings of a fragment such as `#plane?steps=5`. */
export function partsOf(hash: string): { readonly tab: string; readonly settings: string } {
  const [tab = '', ...rest] = hash.replace(/^#/, '').split('?');
  return { tab, settings: rest.join('?') };
}

/** Returns the fragment that leads to a tab as it is now. */
export function hashOf(tab: string): string {
  const settings = written(kept.get(tab) ?? {});
  return settings ? `#${tab}?${settings}` : `#${tab}`;
}

/** Safari allows 100 changes of the address in 30 seconds. */
const PAUSE = 400; // ms

/**
 * Keeps a tab's settings in the address while that tab is shown, without entries in the history, and takes those that are
 * there already.
 */
export function keepInAddress(tab: string, fields: Fields): void {
  kept.set(tab, fields);
  const now = partsOf(location.hash);
  if (now.tab === tab) restore(fields, now.settings);
  let timer: ReturnType<typeof setTimeout> | undefined;
  effect(() => {
    const hash = hashOf(tab); // reads every field
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (partsOf(location.hash).tab === tab && location.hash !== hash) history.replaceState(history.state, '', hash);
    }, PAUSE);
  });
}

/** Takes what the address says, after somebody went back in the history or typed another one. */
export function takeAddress(): void {
  const { tab, settings } = partsOf(location.hash);
  const fields = kept.get(tab);
  if (fields) restore(fields, settings);
}
