const SHOWN = 12;

/** Returns a list of names, cut where it gets long. */
export function shortList(names: readonly string[]): string {
  const shown = names.slice(0, SHOWN).join(', ');
  return names.length > SHOWN ? `${shown}, … (${names.length})` : shown;
}
