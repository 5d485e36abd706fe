import { describeValue } from './describe-value';
import { isObject } from './is-object';
import { didYouMean, inBackticks } from './nearest';

/**
 * Returns the sentence about options that are no object, or about the first name in them that `where` does not have, with the
 * nearest that it has; undefined where all are known. An option that is passed over is a wish that nobody grants.
 */
export function unknownOption(where: string, options: unknown, known: readonly string[]): string | undefined {
  if (!isObject(options)) return `${where} takes an object of options, not ${describeValue(options)}.`;
  const wrong = Object.keys(options).find((name) => !known.includes(name));
  return wrong === undefined
    ? undefined
    : `${where} has no option "${wrong}"; ${didYouMean(wrong, known, inBackticks)}`;
}
