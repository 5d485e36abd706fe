import {
  discreteProcess,
  type JsonSchema,
  LEARNING_RATE_SCHEDULES,
  type LearningRateSchedule,
  objectSchema,
  oneKind,
  orNull,
  resolveSettings,
  SCHEDULES,
  type Setting,
  type SettingsOf,
  TRAINING_OPTIONS,
  type TrainingOptions,
} from '@denoiser/trainer/options';

type Spanning<R> = R extends { steps: number } ? Omit<R, 'steps'> & { steps: number | null } : R;

/** The options of the trainer in a configuration. A null where the trainer wants a number is filled in by the command. */
export type RunTraining = Omit<TrainingOptions, 'batchSize' | 'process' | 'learningRateSchedule'> & {
  batchSize: number | null;
  process: Exclude<TrainingOptions['process'], { type: 'custom' }> & { steps: number };
  learningRateSchedule: Spanning<Exclude<LearningRateSchedule, { type: 'own' }>>;
};

/** The steps of a rate schedule may be left to the length of the run. */
const RATES = Object.fromEntries(
  Object.entries(LEARNING_RATE_SCHEDULES).map(([type, { settings }]) => {
    const { steps, ...others } = settings as Record<string, Setting<number>>;
    const spanning = steps && { ...orNull(steps), about: 'steps to its end; null: the length of the run' };
    return [type, { settings: { ...others, ...(spanning && { steps: spanning }) } }];
  }),
);

/** A run's noise has a number of steps. */
const { custom: _, ...NAMED_SCHEDULES } = SCHEDULES;

/** The trainer's own table, but for what the command fills in and what a configuration says of itself. */
const SETTINGS = {
  ...TRAINING_OPTIONS,
  seed: { ...TRAINING_OPTIONS.seed, fallback: 0 },
  batchSize: { ...orNull(TRAINING_OPTIONS.batchSize), about: 'images a step; null: 12, with classes 14' },
  process: {
    ...discreteProcess(NAMED_SCHEDULES),
    about: TRAINING_OPTIONS.process.about,
    fallback: { type: 'linear', betaStart: 1e-4, betaEnd: 0.02 },
  },
  learningRateSchedule: {
    ...oneKind(RATES, 'constant'),
    about: TRAINING_OPTIONS.learningRateSchedule.about,
  },
} as unknown as SettingsOf<RunTraining>;

/**
 * Returns the options with everything said.
 *
 * @throws DenoiserError naming the option and its range, or the nearest correct name.
 */
export const resolveTraining = (input: object): RunTraining =>
  resolveSettings(SETTINGS, input as Partial<RunTraining>, 'training.');

export const trainingJsonSchema = (): JsonSchema => objectSchema(SETTINGS);

export const TRAINING_NAMES = Object.keys(SETTINGS);
