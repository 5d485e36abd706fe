/** The options of training as data, without TensorFlow.js: for forms, command lines and documentation. */
export { LEARNING_RATE_SCHEDULES, type LearningRateSchedule } from '../learning-rate/index';
export { oneKind } from './kinds';
export { SCHEDULES, trainableProcess } from './schedules';
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
