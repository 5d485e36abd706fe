import { isObject } from '@denoiser/errors';
import { samplerOptionNames } from '@denoiser/samplers';
import type { Kind } from './check-options';
import type { DrawOptions } from './draw-options';

/** The names of a `DrawingWay`. */
export const WAY: readonly string[] = [
  ...samplerOptionNames.filter((name) => name !== 'inpaint'),
  ...['plan', 'guidance', 'negativeClass', 'batchSize', 'signal', 'onBegin', 'onProgress'],
];

const MOST_INDEX = 2 ** 32 - 1; // a word of Philox's counter

const isFunction = (value: unknown) => typeof value === 'function';
const isNumber = (value: unknown): value is number => typeof value === 'number';
const isIndex = (value: unknown) =>
  Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MOST_INDEX;
const isRange = (value: unknown) => Array.isArray(value) && value.length === 2 && value.every(isNumber);

const OF_GUIDANCE: ReadonlyMap<string, (value: unknown) => boolean> = /* @__PURE__ */ new Map([
  ['scale', isNumber],
  ['rescale', isNumber],
  ['interval', isRange],
]);

/** What the options must be that all work has in common. */
export const WORK_KINDS = {
  signal: ['an AbortSignal', (value) => isObject(value) && 'aborted' in value && isFunction(value.throwIfAborted)],
  onBegin: ['a function', isFunction],
  onProgress: ['a function', isFunction],
} satisfies Record<string, Kind>;

/** What the options of a drawing must be that nothing else looks at before the work. */
export const DRAWING_KINDS = {
  ...WORK_KINDS,
  plan: ['a plan of `createPlan`', (value) => isObject(value) && Array.isArray(value.steps)],
  guidance: [
    'a number, or an object of `scale`, `rescale` and `interval`',
    (value) =>
      isNumber(value) ||
      (isObject(value) &&
        Object.entries(value).every(([name, given]) => given === undefined || OF_GUIDANCE.get(name)?.(given) === true)),
  ],
  noise: ['a function that returns normals', isFunction],
  indices: [`a list of whole numbers from 0 to ${MOST_INDEX}`, (value) => Array.isArray(value) && value.every(isIndex)],
  sharedNoise: ['true or false', (value) => typeof value === 'boolean'],
  inpaint: ['an object of `image` and `mask`', isObject],
} satisfies Partial<Record<keyof DrawOptions, Kind>>;
