import { TrainerError } from '../errors';
import type { Kind } from './kinds';
import type { Setting } from './settings';

/** A part that a program gives as a function, as options and checkpoints hold it. */
export type OwnPart = { type: 'own'; name: string };

const name: Setting<string> = {
  range: 'the name of a function',
  schema: { type: 'string' },
  isValid: (value) => typeof value === 'string' && value !== '',
};

/** Returns the kind of parts that a program gives. To go on with such a training, a program has to give them again. */
export const ownKind = (option: string): Kind<OwnPart, never> => ({
  settings: { name },
  make({ name: given }) {
    throw new TrainerError(
      'option-missing',
      `\`${option}\` is the function "${given}" of the program that began this training; give it to createTrainer again.`,
    );
  },
});
