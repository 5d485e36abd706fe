import type { Kinds } from '../options/kinds';
import { type OwnPart, ownKind } from '../options/own-kind';
import type { Input } from '../options/settings';
import { type ConstantRate, constant } from './constant';
import { type CosineRate, cosine } from './cosine';
import { type OneCycleRate, oneCycle } from './one-cycle';
import type { RateFactor } from './rate';

export type LearningRateSchedule = ConstantRate | CosineRate | OneCycleRate | OwnPart;
export type LearningRateScheduleInput =
  | Input<ConstantRate>
  | Input<CosineRate, 'type'>
  | Input<OneCycleRate, 'type'>
  | OwnPart;

/** Every schedule of the learning rate, by its name. */
export const LEARNING_RATE_SCHEDULES: Kinds<LearningRateSchedule, RateFactor> = {
  constant,
  cosine,
  'one-cycle': oneCycle,
  own: ownKind('learningRateSchedule'),
};
