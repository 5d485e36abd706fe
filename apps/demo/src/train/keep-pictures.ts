import { effect } from '@preact/signals';
import { createStore, delMany, setMany, entries as storedIn } from 'idb-keyval';
import { type Entry, entries } from './dataset';

/** Pictures that were gathered outlive the page: each is a record of its own, so that a change writes what has changed. */
const store = createStore('denoiser-demo', 'pictures');

const keys = new Map<Entry, string>();
/** What is being written; one change after the other. */
let writing: Promise<void> = Promise.resolve();

/** Brings back what was gathered before, and keeps what comes from now on. Where the browser keeps nothing, nothing is kept. */
export async function keepPictures(): Promise<void> {
  const stored = await storedIn<string, Entry>(store).catch(() => []);
  for (const [key, entry] of stored) keys.set(entry, key);
  entries.value = [...stored.map(([, entry]) => entry), ...entries.value];
  effect(() => {
    const { added, removed } = changesTo(entries.value);
    writing = writing
      .then(() => Promise.all([setMany(added, store), delMany(removed, store)]))
      .then(
        () => {},
        () => {},
      );
  });
}

/** Notes which records the pictures of now need and which they do not; keys are in the order of time. */
function changesTo(now: readonly Entry[]): { readonly added: [string, Entry][]; readonly removed: string[] } {
  const time = String(Date.now()).padStart(15, '0');
  const added = now
    .filter((entry) => !keys.has(entry))
    .map((entry, i): [string, Entry] => [`${time} ${String(i).padStart(6, '0')} ${Math.random()}`, entry]);
  for (const [key, entry] of added) keys.set(entry, key);
  const current = new Set(now);
  const gone = [...keys].filter(([entry]) => !current.has(entry));
  for (const [entry] of gone) keys.delete(entry);
  return { added, removed: gone.map(([, key]) => key) };
}
