import type { Command, Option } from 'commander';

/** The words that can be typed after `denoiser`: commands and their flags, as the command's own table has them. */
export interface Vocabulary {
  readonly commands: readonly CommandWords[];
}

export interface CommandWords {
  readonly name: string;
  readonly about: string;
  readonly flags: readonly FlagWords[];
}

export interface FlagWords {
  /** `--seed`; a short one, such as `-h`, where there is one. */
  readonly long: string;
  readonly short: string | undefined;
  readonly about: string;
  /** Words that may follow; none: a file, or whatever the flag takes. */
  readonly values: readonly string[];
  readonly takesValue: boolean;
}

/** A parser of an option that says which words it takes, for completion. */
export type Suggesting<T> = ((text: string) => T) & { readonly words?: readonly string[] };

/** Returns a parser that takes any text, and suggests these words. */
export const suggesting = (words: readonly string[]): Suggesting<string> =>
  Object.assign((text: string) => text, { words });

export function vocabularyOf(program: Command): Vocabulary {
  return {
    commands: program.commands.map((command) => ({
      name: command.name(),
      about: command.description(),
      flags: [...command.options.filter(({ hidden }) => !hidden).map(wordsOf), HELP],
    })),
  };
}

const HELP: FlagWords = { long: '--help', short: '-h', about: 'print help', values: [], takesValue: false };

const wordsOf = (option: Option): FlagWords => ({
  long: option.long ?? '',
  short: option.short,
  about: option.description,
  values: option.argChoices ?? (option.parseArg as Suggesting<unknown> | undefined)?.words ?? [],
  takesValue: option.required || option.optional,
});
