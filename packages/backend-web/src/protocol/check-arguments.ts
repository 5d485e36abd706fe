import { isObject } from '@denoiser/errors';
import {
  type Check,
  finiteNumber,
  json,
  listOf,
  objectOf,
  oneOf,
  optional,
  recordOf,
  textUpTo,
  trueOrFalse,
  wholeNumberIn,
} from '@denoiser/trainer/checking';
import { WebError } from '../errors';
import type { Answers } from './answerer';
import type { Methods } from './methods';

const LONGEST_TEXT = 10_000;
const MOST_ITEMS = 10_000_000;
const MOST_FIELDS = 1000;

const id = wholeNumberIn(0);
const count = wholeNumberIn(1);
const text = textUpTo(LONGEST_TEXT);
/** What whoever takes it checks by name and value: options of networks, trainers and samplers. */
const options = recordOf(json(LONGEST_TEXT), MOST_FIELDS);

/** Checks for what `is` true of, put into words. */
const that =
  (needed: string, is: (value: unknown) => boolean): Check<unknown> =>
  (value, path, fail) =>
    is(value) ? value : fail(path, needed);

/** Checks for what any of the checks takes. */
const either = (needed: string, ...checks: readonly Check<unknown>[]): Check<unknown> =>
  that(needed, (value) =>
    checks.some((check) => {
      try {
        check(value, '', () => {
          throw needed;
        });
        return true;
      } catch {
        return false;
      }
    }),
  );

/** By name, since not every surrounding has every class. */
const isA = (value: unknown, ...names: readonly string[]): boolean =>
  names.some((name) => {
    const type = (globalThis as Record<string, unknown>)[name];
    return typeof type === 'function' && value instanceof type;
  });

function isPixels(value: unknown): boolean {
  const { width, height, data } = (value ?? {}) as Record<string, unknown>;
  const areSides = [width, height].every((side) => Number.isSafeInteger(side) && Number(side) >= 1);
  return (
    areSides &&
    isA(data, 'Uint8ClampedArray', 'Uint8Array') &&
    (data as Uint8ClampedArray).length === 4 * Number(width) * Number(height)
  );
}

const picture = that(
  'a file or blob, an ImageBitmap, or RGBA bytes with their width and height',
  (value) => isA(value, 'Blob', 'ImageBitmap') || isPixels(value),
);
const mask = that('a Float32Array, or an array of bytes', (value) =>
  isA(value, 'Float32Array', 'Uint8Array', 'Uint8ClampedArray'),
);
const canvas = that('a canvas', (value) => isA(value, 'OffscreenCanvas'));
const classChoice = either('the name or number of a class', text, id);
const size = either('a number, or a height and a width', finiteNumber, listOf(finiteNumber, { least: 2, most: 2 }));
const weights = oneOf(['ema', 'model']);

const shown = optional(listOf(oneOf(['x', 'x0']), { most: 2 }));
const showing = {
  send: optional(objectOf({ pixels: shown, values: shown, every: optional(count) })),
  canvas: optional(objectOf({ x: optional(id), x0: optional(id), columns: optional(count) })),
};
const drawing = {
  ...showing,
  plan: optional(options),
  guidance: optional(either('a number, or an object of options', finiteNumber, options)),
  negativeClass: optional(classChoice),
  classes: optional(listOf(classChoice, { most: MOST_ITEMS })),
};

const folder = that(
  'files by their paths',
  (value) =>
    isA(value, 'Map') &&
    [...(value as Map<unknown, unknown>)].every(([path, file]) => typeof path === 'string' && isA(file, 'Blob')),
);
const file = that('bytes, or a file or blob', (value) => isA(value, 'Blob', 'ArrayBuffer', 'Uint8Array'));
const modelSource: Check<unknown> = (value, path, fail) => {
  if (isObject(value) && 'run' in value) return objectOf({ run: text })(value, path, fail);
  if (isObject(value) && 'folder' in value) return objectOf({ folder })(value, path, fail);
  return objectOf({ file, name: optional(text) })(value, path, fail);
};
const facts = objectOf({
  process: optional(options),
  prediction: optional(text),
  imageSize: optional(size),
  classNames: optional(listOf(text, { most: MOST_ITEMS })),
  weights: optional(weights),
  precision: optional(text),
});

const image = objectOf({ name: text, source: picture, className: optional(text) });
const training = {
  run: text,
  model: optional(options),
  training: optional(options),
  conditional: optional(trueOrFalse),
  flip: optional(trueOrFalse),
};

/** What each method takes. What is said of it in a request, such as how many images, is checked by who does it. */
const CHECKS: { readonly [Name in keyof Methods]: Check<unknown> } = {
  start: objectOf({ device: text }),
  openModel: objectOf({ source: modelSource, facts }),
  closeModel: id,
  drawImages: objectOf({
    model: id,
    request: objectOf({
      ...drawing,
      image: optional(picture),
      inpaint: optional(objectOf({ image: picture, mask })),
      indices: optional(listOf(id, { most: MOST_ITEMS })),
    }),
  }),
  interpolate: objectOf({ model: id, request: objectOf(drawing) }),
  invert: objectOf({ model: id, request: objectOf({ image: picture, class: optional(classChoice) }) }),
  evaluate: objectOf({ model: id, images: id, request: options }),
  attachCanvas: objectOf({ canvas }),
  detachCanvas: id,
  openImages: objectOf({
    images: listOf(image, { most: MOST_ITEMS }),
    size: optional(size),
    channels: optional(that('1 or 3', (value) => value === 1 || value === 3)),
  }),
  closeImages: id,
  train: objectOf({ ...training, images: id, isKept: trueOrFalse }),
  resumeRun: objectOf({ run: text, steps: optional(count) }),
  control: objectOf({ run: text, action: oneOf(['pause', 'resume', 'stop']) }),
  download: objectOf({ run: text, weights }),
  runs: (value) => value,
  deleteRun: text,
  loseDevice: (value) => value,
};

/**
 * Returns answers that look at what they are given first: a value of another kind than a method takes is refused by its name before
 * anything is made of it.
 */
export function checkedAnswers(answers: Answers): Answers {
  const checked = Object.entries(answers).map(([name, answer]) => {
    const check = CHECKS[name as keyof Methods];
    return [
      name,
      async (argument: never, context: never) => {
        check(argument, '', (path, needed) => {
          const option = path.replace(/^(request|source|facts)\./, '');
          throw new WebError(
            'option-invalid',
            `${option ? `\`${option}\`` : `What \`${name}\` is given`} must be ${needed}.`,
          );
        });
        return (answer as (argument: never, context: never) => Promise<unknown>)(argument, context);
      },
    ];
  });
  return Object.fromEntries(checked);
}
