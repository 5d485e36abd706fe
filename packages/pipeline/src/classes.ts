import { perhaps, shortList } from '@denoiser/errors';
import { notWhatItMust, optionInvalid } from './check-options';

/** A class, by its name or number. */
export type ClassChoice = string | number;

/**
 * Returns the labels of classes, by name or number; a name that looks like a number goes before the number. Without a
 * choice, all of them.
 *
 * @throws DenoiserError for a class that the model does not have.
 */
export function chooseClasses(
  wanted: readonly ClassChoice[] | undefined,
  names: readonly string[],
  option = 'classes',
): number[] {
  if (wanted === undefined) return names.map((_, label) => label);
  if (!Array.isArray(wanted)) throw notWhatItMust(option, 'a list of names or numbers', wanted);
  return wanted.map((choice) => {
    if (names.length === 0) {
      throw optionInvalid(`\`${option}\` ${choice}: this model was trained without classes; leave \`${option}\` out.`);
    }
    const named = names.indexOf(String(choice));
    if (named >= 0) return named;
    const label = /^\d+$/.test(String(choice)) ? Number(choice) : Number.NaN;
    if (label < names.length) return label;
    const known = `${names.length} classes, 0 to ${names.length - 1} (${shortList(names)})`;
    const meant = perhaps(String(choice), names);
    throw optionInvalid(`\`${option}\` ${choice}: there is no such class; the model has ${known}${meant}.`);
  });
}

/** Returns classes dealt out in turn: image i is of class i mod their number. */
export const dealLabels = (count: number, classes: readonly number[]): number[] =>
  Array.from({ length: count }, (_, i) => classes[i % classes.length] as number);
