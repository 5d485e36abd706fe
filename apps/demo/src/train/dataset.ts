import { computed, signal } from '@preact/signals';

export type RgbaPicture = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

/** A picture to train on: a file of the user's, or drawn in the page. */
export type Entry = {
  readonly name: string;
  /** Empty: of no class. */
  readonly className: string;
  readonly source: File | RgbaPicture;
};

export const entries = signal<readonly Entry[]>([]);

/** The classes and how many pictures each has, in the order in which they came. */
export const classes = computed(() => {
  const found = new Map<string, Entry[]>();
  for (const entry of entries.value) {
    const members = found.get(entry.className);
    if (members) members.push(entry);
    else found.set(entry.className, [entry]);
  }
  return [...found].map(([name, members]) => ({ name, members }));
});

export function addEntries(added: readonly Entry[]): void {
  entries.value = [...entries.value, ...added];
}

export function removeClass(name: string): void {
  entries.value = entries.value.filter(({ className }) => className !== name);
}
