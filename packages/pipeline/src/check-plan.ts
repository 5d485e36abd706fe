import { isObject } from '@denoiser/errors';
import type { Plan } from '@denoiser/samplers';
import { MOST_STEPS } from '@denoiser/schedules';
import { PipelineError } from './errors';

type Is = (value: unknown) => boolean;

const LONGEST_NAME = 100;

const isNumber: Is = Number.isFinite;
const isBoolean: Is = (value) => typeof value === 'boolean';

const absentOr =
  (is: Is): Is =>
  (value) =>
    value === undefined || is(value);

const objectOf =
  (fields: Readonly<Record<string, Is>>): Is =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, is]) => is(value[name]));

const recordOf =
  (is: Is): Is =>
  (value) =>
    isObject(value) && Object.values(value).every(is);

const isLevel = objectOf({ alpha: isNumber, sigma: isNumber });
const isCombination = recordOf(isNumber);
const isCall = objectOf({
  ...{ time: isNumber, inputScale: isNumber, inputShift: absentOr(isNumber) },
  ...{ x0FromX: isNumber, x0FromOutput: isNumber },
});

const isThreshold: Is = (value) => {
  if (value === null) return true;
  if (!isObject(value)) return false;
  if (value.type === 'static') return isNumber(value.min) && isNumber(value.max);
  const { type, ratio, max } = value;
  return type === 'dynamic' && isNumber(ratio) && (ratio as number) >= 0 && (ratio as number) <= 1 && isNumber(max);
};

const planInvalid = (sentence: string) => new PipelineError('plan-invalid', sentence);

/** What the fields of a plan are, in words, and of one of its steps. */
const OF_PLANS: readonly (readonly [name: keyof Plan, must: string, is: Is])[] = [
  ['solver', 'a name', (value) => typeof value === 'string' && value.length <= LONGEST_NAME],
  ['stochastic', 'true or false', isBoolean],
  ['start', 'a level: `alpha` and `sigma`', isLevel],
  ['initialScale', 'a number', isNumber],
  ['threshold', 'null, or a threshold with its numbers', isThreshold],
  ['learnedVariance', 'true or false', isBoolean],
  [
    'steps',
    `a list of 1 to ${MOST_STEPS} steps, one of which calls the model`,
    (value) => Array.isArray(value) && value.length <= MOST_STEPS && value.some((step) => isObject(step) && step.model),
  ],
];
const OF_STEPS: readonly (readonly [name: keyof Plan['steps'][number], must: string, is: Is])[] = [
  ['model', 'null, or a call of the model with its numbers', (value) => value === null || isCall(value)],
  ['next', 'numbers by names', isCombination],
  ['keep', 'numbers by names, by names', absentOr(recordOf(isCombination))],
  ['from', 'a level: `alpha` and `sigma`', isLevel],
  ['to', 'a level: `alpha` and `sigma`', isLevel],
  ['learnedNoise', '`logMin` and `logMax`', absentOr(objectOf({ logMin: isNumber, logMax: isNumber }))],
];

/**
 * Checks that what is given as a plan, as JSON from elsewhere may be, has the fields of one.
 *
 * @throws DenoiserError (`plan-invalid`) that names the first that it has not.
 */
export function checkPlan(plan: Plan): void {
  const first = <Name extends string>(
    value: unknown,
    fields: readonly (readonly [name: Name, must: string, is: Is])[],
  ) => fields.find(([name, , is]) => !isObject(value) || !is(value[name]));
  const wrong = first(plan, OF_PLANS);
  if (wrong)
    throw planInvalid(`\`plan.${wrong[0]}\` must be ${wrong[1]}; make the plan with \`createPlan\` or \`planFor\`.`);
  for (const [i, step] of plan.steps.entries()) {
    const missing = first(step, OF_STEPS);
    if (missing) throw planInvalid(`\`plan.steps[${i}].${missing[0]}\` must be ${missing[1]}; make the plan anew.`);
  }
}
