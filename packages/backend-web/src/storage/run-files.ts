import type { Interval } from '@denoiser/trainer';
import {
  type Check,
  finiteNumber,
  json,
  listOf,
  objectOf,
  optional,
  recordOf,
  textUpTo,
  trueOrFalse,
  wholeNumberIn,
} from '@denoiser/trainer/checking';
import { WebError } from '../errors';
import type { DecodedImages } from '../images/image-set';
import type { WebRunConfig } from './web-run-config';

/** What a run keeps about its images, beside their bytes. */
export type AboutImages = Omit<DecodedImages, 'bytes'>;

const LONGEST_TEXT = 10_000;
const MOST_FIELDS = 1000;
const MOST_IMAGES = 10_000_000;
const text = textUpTo(LONGEST_TEXT);
const count = wholeNumberIn(1);
/** Options of the network and of the trainer, who check them by themselves. */
const options = recordOf(json(LONGEST_TEXT), MOST_FIELDS) as Check<never>;
const interval = objectOf<Interval>({ steps: optional(count), epochs: optional(count), seconds: optional(count) });
const samples = objectOf<NonNullable<WebRunConfig['samples']>>({
  every: interval,
  at: listOf(count, { most: MOST_FIELDS }),
  count,
  sampler: text,
  steps: count,
  guidance: finiteNumber,
});

const config = objectOf<WebRunConfig>({
  run: text,
  model: options,
  training: options,
  conditional: trueOrFalse,
  flip: trueOrFalse,
  steps: count,
  checkpointEvery: interval,
  keep: count,
  samples: (value, path, fail) => (value === null ? null : samples(value, path, fail)),
  lossParts: optional(interval),
});

const side = wholeNumberIn(1, 2 ** 14);
const about: Check<AboutImages> = (value, path, fail) => {
  const { imageShape, classNames, labels } = objectOf<AboutImages>({
    imageShape: listOf(side, { least: 3, most: 3 }) as unknown as Check<AboutImages['imageShape']>,
    classNames: listOf(text, { most: MOST_IMAGES }),
    labels: listOf(wholeNumberIn(-1), { most: MOST_IMAGES }),
  })(value, path, fail);
  if (![1, 3].includes(imageShape[2])) fail('imageShape[2]', '1 or 3');
  const stray = labels.findIndex((label) => label >= classNames.length);
  return stray < 0 ? { imageShape, classNames, labels } : fail(`labels[${stray}]`, 'the number of a class');
};

/** Returns a reader of one of a run's files. */
const reader =
  <T>(file: string, check: Check<T>) =>
  /** @throws DenoiserError (`run-damaged`) that names the first field that is wrong. */
  (value: unknown, run: string): T =>
    check(value, '', (path, needed) => {
      const field = path === '' ? '' : ` \`${path}\` in`;
      const what = `The run "${run}" in the browser's storage is damaged:${field} its ${file} must be ${needed}`;
      throw new WebError('run-damaged', `${what}; delete it and train again.`);
    });

export const readConfig = reader('configuration', config);
export const readAboutImages = reader('list of images', about);
