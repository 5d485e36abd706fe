import { CommandError } from './errors';

/**
 * Returns the seconds that training may take by the flags, if they limit it.
 *
 * @throws DenoiserError where both are given.
 */
export function limitOf({ minutes, hours }: { minutes?: number; hours?: number }): number | undefined {
  if (minutes !== undefined && hours !== undefined) {
    throw new CommandError(
      'option-conflict',
      '--minutes and --hours say the same thing in two ways; give one of them.',
    );
  }
  return hours !== undefined ? 3600 * hours : minutes !== undefined ? 60 * minutes : undefined;
}
