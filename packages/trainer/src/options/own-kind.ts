import { TrainerError } from '../errors';
import type { Kind } from './kinds';
import type { Setting } from './settings';

/** What options and checkpoints hold of a part that a program gave as a function. */
export type OwnPart = { type: 'own'; name: string };

const name: Setting<string> = {
  range: 'the name of a function',
  schema: { type: 'string' },
  isValid: (value) => typeof value === 'string' && value !== '',
};

/** The kind of parts that are given, not made: a program that goes on with such a training has to give it again. */
export const ownKind = (option: string): Kind<OwnPart, never> => ({
  settings: { name },
  make({ name: given }) {
    throw new TrainerError(
      'option-missing',
      `\`${option}\` is the function "${given}" of the program that began this training; give it to createTrainer again.`,
    );
  },
});
