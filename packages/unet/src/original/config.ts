import { unknownOption } from '@denoiser/errors';
import { NetworkError } from '../errors';

/** Everything that decides the shapes of the network, as JSON in checkpoints. */
export type UNetConfig = {
  /** Channels of the images, in and out. */
  readonly channels: number;
  /** w: the features of the first layer; the widest has 8w. A multiple of the 4 attention heads. */
  readonly baseWidth: number;
  /** The width of the time embedding, even. */
  readonly timeDim: number;
  /** How many classes; absent for an unconditional network. */
  readonly classes?: number;
  /** What images it was made for: a size, or height and width. The network itself takes any multiple of 8. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Whether it gives twice the channels, the second half saying where the variance of a step is; absent if not. */
  readonly learnedVariance?: boolean;
};

/** The original's sizes. */
export const DEFAULTS = { channels: 3, baseWidth: 64, timeDim: 256 } as const;

/** Every option of `createUNet`; with the seed of its weights, which is not part of what it is. */
const NAMES: readonly string[] = [
  ...(['channels', 'baseWidth', 'timeDim', 'classes', 'imageSize'] satisfies (keyof UNetConfig)[]),
  ...['learnedVariance', 'seed'],
];

/**
 * Returns the options with defaults filled in.
 *
 * @throws DenoiserError for an unknown option or a value out of range.
 */
export function completeConfig(options: Partial<UNetConfig>): UNetConfig {
  const sentence = unknownOption('The U-Net', options, NAMES);
  if (sentence) throw new NetworkError('option-invalid', sentence);
  const { channels, baseWidth, timeDim } = { ...DEFAULTS, ...withoutUndefined(options) };
  const { classes, imageSize } = options;
  checkCount('channels', channels, 1);
  checkCount('baseWidth', baseWidth, 4);
  checkCount('timeDim', timeDim, 2);
  if (classes !== undefined) checkCount('classes', classes, 1);
  if (imageSize !== undefined) for (const size of [imageSize].flat()) checkCount('imageSize', size, 8);
  const learnedVariance = options.learnedVariance || undefined;
  return withoutUndefined({ channels, baseWidth, timeDim, classes, imageSize, learnedVariance });
}

function checkCount(name: string, value: number, unit: number): void {
  if (Number.isSafeInteger(value) && value > 0 && value % unit === 0) return;
  const kind = unit === 1 ? 'a whole number, 1 or more' : `a whole number, 1 or more and divisible by ${unit}`;
  throw new NetworkError(
    name === 'imageSize' ? 'image-size-invalid' : 'option-invalid',
    `The U-Net's ${name} must be ${kind}, but ${value} was given.`,
  );
}

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as T;
}
