/** The options of training without tfjs: for forms, command lines and whoever describes them. */
export { LEARNING_RATE_SCHEDULES, type LearningRateSchedule } from '../learning-rate/index';
export { oneKind } from './kinds';
export { discreteProcess, SCHEDULES } from './schedules';
export {
  type JsonSchema,
  objectSchema,
  orNull,
  resolveSettings,
  type Setting,
  type SettingsOf,
  wholeNumber,
} from './settings';
export {
  DEFAULTS,
  resolveOptions,
  TRAINING_OPTIONS,
  TRAINING_OPTIONS_SCHEMA,
  type TrainingOptions,
  type TrainingOptionsInput,
} from './training-options';
