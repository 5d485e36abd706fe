import { CommandError } from './errors';
import { shortList } from './text';

/** The labels that `flag` names, by name or number; a name that looks like a number goes first. Default: all. */
export function chooseClasses(
  wanted: readonly string[] | undefined,
  names: readonly string[],
  flag = '--class',
): number[] {
  if (names.length === 0) {
    if (wanted === undefined) return [];
    throw new CommandError(
      'bad-option',
      `${flag} ${wanted[0]}: this network was trained without classes; leave ${flag} out.`,
    );
  }
  if (wanted === undefined) return names.map((_, label) => label);
  return wanted.map((word) => {
    const named = names.indexOf(word);
    if (named >= 0) return named;
    const label = /^\d+$/.test(word) ? Number(word) : Number.NaN;
    if (label < names.length) return label;
    const known = `${names.length} classes, 0 to ${names.length - 1} (${shortList(names)})`;
    throw new CommandError('bad-option', `${flag} ${word}: there is no such class; the checkpoint has ${known}.`);
  });
}
