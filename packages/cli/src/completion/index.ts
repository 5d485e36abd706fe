import type { Command } from 'commander';
import { bashCompletion } from './bash';
import { fishCompletion } from './fish';
import { vocabularyOf } from './vocabulary';
import { zshCompletion } from './zsh';

/** Shells whose completion is written. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

const OF_SHELL = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** Returns a script that completes the program's commands, flags and their words in a shell. */
export const completion = (shell: (typeof SHELLS)[number], program: Command): string =>
  OF_SHELL[shell](vocabularyOf(program));
