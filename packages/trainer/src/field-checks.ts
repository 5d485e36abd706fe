import { DenoiserError, isObject } from '@denoiser/errors';
import type { ImageShape } from '@denoiser/ops';
import { createProcess, MOST_STEPS, type ProcessOptions } from '@denoiser/schedules';
import { type Check, type Fail, finiteNumber, json, listOf, oneOf, textUpTo, wholeNumberIn } from './checking';
import { resolveKind } from './options/kinds';
import { SCHEDULES, type TrainedSchedule } from './options/schedules';

/** Most values of one image; a file that says more is damaged. */
const MOST_VALUES = 2 ** 28;

export const trainedPrediction = oneOf(['epsilon', 'x0', 'v']);
export const classNames = listOf(textUpTo(1000), { most: 100_000 });

export const imageShape: Check<ImageShape> = (value, path, fail) => {
  const [height, width, channels] = listOf(wholeNumberIn(1, 65_536), { least: 3, most: 3 })(value, path, fail);
  const shape: ImageShape = [height, width, channels];
  return height * width * channels <= MOST_VALUES ? shape : fail(path, `at most ${MOST_VALUES} values`);
};

/** Checks for the options of a process to train, with its type and its length named. */
export const scheduleOptions: Check<TrainedSchedule> = (value, path, fail) => {
  if (!isObject(value)) return fail(path, 'an object');
  json(1000)(value, path, fail);
  oneOf(Object.keys(SCHEDULES))(value.type, `${path}.type`, fail);
  if (value.type === 'custom') listOf(finiteNumber, { least: 1, most: MOST_STEPS })(value.betas, `${path}.betas`, fail);
  else wholeNumberIn(1, MOST_STEPS)(value.steps, `${path}.steps`, fail);
  return refusalsAs(
    path,
    fail,
    () => resolveKind<TrainedSchedule & { type: string }>(path, SCHEDULES, value, 'linear') as TrainedSchedule,
  );
};

/** Checks for the options of any process: those of one to train, or of one by σ or of a flow, which others have trained. */
export const processOptions: Check<ProcessOptions> = (value, path, fail) => {
  if (!isObject(value) || !['sigma', 'flow'].includes(value.kind as string)) return scheduleOptions(value, path, fail);
  return refusalsAs(path, fail, () => createProcess(json(1000)(value, path, fail) as ProcessOptions));
};

function refusalsAs<T>(path: string, fail: Fail, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof DenoiserError)) throw error;
    return fail(path, `its own ranges: ${error.message.replace(/\.$/, '').replaceAll(';', ',')}`);
  }
}
