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

/** What was taken away last, with the way to have it back. */
export const removed = signal<{ readonly count: number; readonly undo: () => void } | undefined>(undefined);

/** Takes pictures away. */
export function removeEntries(isGone: (entry: Entry) => boolean): void {
  const before = entries.value;
  const rest = before.filter((entry) => !isGone(entry));
  if (rest.length === before.length) return;
  entries.value = rest;
  removed.value = {
    count: before.length - rest.length,
    undo() {
      const added = entries.value.filter((entry) => !rest.includes(entry));
      entries.value = [...before, ...added];
      removed.value = undefined;
    },
  };
}
