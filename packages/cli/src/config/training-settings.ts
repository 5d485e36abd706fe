import {
  type JsonSchema,
  objectSchema,
  orNull,
  resolveSettings,
  SCHEDULES,
  type Setting,
  type SettingsOf,
  TRAINING_OPTIONS,
  type TrainingOptions,
  trainableProcess,
} from '@denoiser/trainer/options';

/** The options of the trainer in a configuration. A null where the trainer wants a number is filled in. */
export type RunTraining = Omit<TrainingOptions, 'batchSize' | 'process'> & {
  batchSize: number | null;
  process: Exclude<TrainingOptions['process'], { type: 'custom' }> & { steps: number };
};

/** A run's noise has a number of steps, and says the ends of β as the original program chose them. */
const { custom: _, linear, ...OTHERS } = SCHEDULES;
const { betaStart, betaEnd, ...fields } = linear.settings as Record<string, Setting<number>>;
const ENDS = { betaStart: { ...betaStart, fallback: 1e-4 }, betaEnd: { ...betaEnd, fallback: 0.02 } };
const NAMED_SCHEDULES = { linear: { settings: { ...fields, ...ENDS } }, ...OTHERS };

/** The trainer's own table, but for what the command fills in and what a configuration says of itself. */
const SETTINGS = {
  ...TRAINING_OPTIONS,
  seed: { ...TRAINING_OPTIONS.seed, fallback: 0 },
  batchSize: { ...orNull(TRAINING_OPTIONS.batchSize), about: 'images a step; null: 12, with classes 14' },
  process: {
    ...trainableProcess(NAMED_SCHEDULES),
    about: TRAINING_OPTIONS.process.about,
  },
} as unknown as SettingsOf<RunTraining>;

/**
 * Returns the options with all defaults filled in.
 *
 * @throws DenoiserError naming the option and its range, or the nearest correct name.
 */
export const resolveTraining = (input: object): RunTraining =>
  resolveSettings(SETTINGS, input as Partial<RunTraining>, 'training.');

export const trainingJsonSchema = (): JsonSchema => objectSchema(SETTINGS);

export const TRAINING_NAMES = Object.keys(SETTINGS);
