import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { DenoiserError, describeValue } from '@denoiser/errors';
import { checkOptionNames } from '@denoiser/pipeline';
import type { ImageDataset } from '@denoiser/trainer';
import { NodeError } from '../errors';
import { badImages, reasonOf } from './bad-image';
import { decode } from './decode';
import { diskTree, type ImageFiles } from './disk-tree';
import { forEachParallel } from './for-each-parallel';
import { splitHeldOut } from './held-out';
import type { SkippedFile } from './image-tree';
import { pixelCache } from './pixel-cache';
import { type Box, centreBox, type Pixels } from './pixels';
import { randomCrop } from './random-crop';
import { resample } from './resample';
import { emptyClass, emptyFolder, type ImageFile, scanImages } from './scan';
import { zipTree } from './zip-tree';

export type ImageFolderOptions = {
  /** The side of the training images, or [height, width], in pixels. */
  readonly size: number | readonly [height: number, width: number];
  /** 3: colour (default); 1: grey. Images are converted. */
  readonly channels?: 1 | 3;
  /** Each subfolder is a class, numbered by name. Default false: all images at any depth, without labels. */
  readonly conditional?: boolean;
  /** true (default): the original's random resized crop; false: the middle of the image, the same in every epoch. */
  readonly augment?: boolean;
  /** Decides the crops, together with epoch and index. A safe integer; default 0. */
  readonly seed?: number;
  /**
   * The share of the images, from 0 to below 1, that is held out: they are in `validation` and not in `dataset`. Each is
   * chosen by its name alone, so that one is never on the other side because others came or went; but every class keeps
   * an image to train on. Default 0.
   */
  readonly validation?: number;
  /** Leave out files that should be images and can't be read. Default false: an error that names all of them. */
  readonly skipBad?: boolean;
  /** Files and folders in it that are no data, such as where the results go. Runs of this program are left out anyway. */
  readonly exclude?: readonly string[];
  /**
   * Decode every image before training, so that a bad one is found at once; what fits is kept, so little is done twice.
   * Default: up to 10,000 images, and whenever bad images are skipped. Otherwise a bad image is found when it is read.
   */
  readonly check?: boolean;
  /** Memory for decoded images in bytes; what does not fit is decoded anew in each epoch. Default 1 GiB. */
  readonly cacheBytes?: number;
  /** Called while images are checked. */
  readonly onProgress?: (checked: number, total: number) => void;
  readonly signal?: AbortSignal;
  /** Where a folder's files are; default the disk. */
  readonly fileSystem?: ImageFiles;
};

export type ImageFolder = {
  readonly dataset: ImageDataset;
  /** The images held out, never augmented. */
  readonly validation?: ImageDataset;
  /** In the order of the labels; empty without classes. */
  readonly classNames: readonly string[];
  /** The path of each image of `dataset`, by its number. */
  readonly files: readonly string[];
  readonly skipped: readonly SkippedFile[];
};

const OPTIONS: readonly string[] = [
  ...['size', 'channels', 'conditional', 'augment', 'seed', 'validation', 'skipBad', 'exclude', 'check', 'cacheBytes'],
  ...['onProgress', 'signal', 'fileSystem'],
];

const CHECKED_BY_DEFAULT = 10_000;

/**
 * A folder of images as training data: values in [−1, 1], NHWC. With `augment`, the original's transforms: the shorter side
 * becomes 1.25·size, then RandomResizedCrop(size, scale 0.8–1). Reading is deterministic: a pure function of seed, epoch, index.
 *
 * The path of a ZIP archive works like that of the folder that it would unpack to.
 *
 * JPEG, PNG, WebP, GIF, TIFF, AVIF, BMP and Netpbm, by content; animated, CMYK, 16-bit, grey and transparent ones are
 * converted.
 *
 * @throws DenoiserError for a folder that is missing or empty, a class without images, or images that can't be read: one
 * error (`image-invalid`) that lists them all, each with the reason in its `files`.
 */
export async function openImageFolder(path: string, options: ImageFolderOptions): Promise<ImageFolder> {
  checkOptionNames('openImageFolder', options ?? {}, OPTIONS);
  const { channels = 3, conditional = false, augment = true, seed = 0, skipBad = false } = options ?? {};
  const size = checkSize(options?.size);
  if (channels !== 1 && channels !== 3) {
    throw new NodeError('option-invalid', `Images have 1 channel (grey) or 3 (colour), but channels is ${channels}.`);
  }
  const share = checkShare(options.validation ?? 0);
  const tree = await (/\.zip$/i.test(path) ? zipTree(path) : diskTree(path, options));
  let { images, classNames, skipped } = await scanImages(tree, { conditional });

  const cache = pixelCache(options.cacheBytes ?? 2 ** 30);
  const frame = augment ? ([enlarged(size[0]), enlarged(size[1])] as const) : size;
  const pixelsOf = async ({ file, read }: ImageFile): Promise<Pixels> =>
    cache.get(file) ?? cache.offer(file, await decode(file, { frame, channels, read }));

  if (skipBad || (options.check ?? images.length <= CHECKED_BY_DEFAULT)) {
    const bad = await findBad(images, pixelsOf, options);
    if (bad.length > 0) {
      if (!skipBad) throw badImages(bad);
      const files = new Set(bad.map(({ file }) => file));
      images = images.filter(({ file }) => !files.has(file));
      skipped = [...skipped, ...bad];
      if (images.length === 0) throw emptyFolder(path, skipped);
      const empty = classNames.findIndex((_, label) => !images.some((image) => image.label === label));
      if (empty >= 0) throw emptyClass(join(path, classNames[empty]));
    }
  }

  const [height, width] = size;
  const datasetOf = (chosen: readonly ImageFile[], isAugmented: boolean): ImageDataset => ({
    length: chosen.length,
    imageShape: [height, width, channels],
    ...(conditional && { classNames }),
    async read(index, epoch) {
      const image = chosen[index];
      if (!image) throw new RangeError(`There is no image ${index}: the folder has ${chosen.length}.`);
      const pixels = await pixelsOf(image).catch((error: unknown) => {
        // Of a folder too large to be looked through before.
        const isBad = error instanceof DenoiserError && 'files' in error;
        throw isBad ? badImages([{ file: image.file, reason: reasonOf(error) }]) : error;
      });
      const box = isAugmented
        ? randomCrop(pixels, { seed, epoch, index, aspect: width / height })
        : augment
          ? wholeBox(pixels, size)
          : centreBox(pixels, height, width);
      const bytes = resample(pixels, box, size); // [H, W, C]
      const values = new Float32Array(bytes.length);
      for (let i = 0; i < values.length; i++) values[i] = bytes[i] / 127.5 - 1;
      return { pixels: values, label: image.label };
    },
  });
  const { kept, held } = splitHeldOut(images, share);
  if (share > 0 && (held.length === 0 || kept.length === 0)) {
    throw new NodeError(
      'validation-empty',
      `Of the ${images.length} images in ${path}, a validation share of ${share} holds out ${held.length}; choose another share, or more images.`,
    );
  }
  return {
    dataset: datasetOf(kept, augment),
    ...(share > 0 && { validation: datasetOf(held, false) }),
    classNames,
    files: kept.map(({ file }) => file),
    skipped,
  };
}

/** The largest box of the wanted shape in the middle: decoded images cover a frame that may be larger than the size. */
function wholeBox(image: Pixels, [height, width]: readonly [number, number]): Box {
  const scale = Math.min(image.height / height, image.width / width);
  return centreBox(image, Math.round(height * scale), Math.round(width * scale));
}

/** Decodes every image; returns those that can't be read, in the order of the images, with the reason. */
async function findBad(
  images: readonly ImageFile[],
  pixelsOf: (image: ImageFile) => Promise<Pixels>,
  { onProgress, signal }: ImageFolderOptions,
): Promise<SkippedFile[]> {
  const bad = new Map<number, SkippedFile>();
  let checked = 0;
  await forEachParallel(images.length, 2 * availableParallelism(), async (index) => {
    signal?.throwIfAborted();
    const { file } = images[index];
    try {
      await pixelsOf(images[index]);
    } catch (error) {
      if (!(error instanceof DenoiserError)) throw error;
      bad.set(index, { file, reason: reasonOf(error) });
    }
    onProgress?.(++checked, images.length);
  });
  return Array.from(bad.keys())
    .sort((a, b) => a - b)
    .flatMap((index) => bad.get(index) ?? []);
}

/** 1.25 times a side: 80 for 64. */
function enlarged(side: number): number {
  return Math.floor(side * 1.25);
}

function checkShare(share: number): number {
  if (share >= 0 && share < 1) return share;
  throw new NodeError('option-invalid', `The validation share is a number from 0 to below 1, not ${share}.`);
}

function checkSize(size: ImageFolderOptions['size'] | undefined): readonly [number, number] {
  const sides = Array.isArray(size) ? size : [size, size];
  if (sides.length === 2 && sides.every((side) => Number.isSafeInteger(side) && side >= 1)) {
    const [height, width] = sides as [number, number];
    checkRoom(height, width);
    return [height, width];
  }
  throw new NodeError(
    'option-invalid',
    `The size of images is a whole number of pixels, or a height and a width, not ${describeValue(size)}; give \`size\`.`,
  );
}

/** Throws where one image would not fit: its bytes, enlarged for the crop, and its values in float32. */
function checkRoom(height: number, width: number): void {
  const bytes = height * width * 3 * (1.25 ** 2 + 4);
  const room = totalmem();
  if (bytes <= room) return;
  const [needed, there] = [bytes, room].map((size) => Math.ceil(size / 2 ** 30));
  throw new NodeError(
    'option-invalid',
    `An image of ${height}×${width} takes ${needed} GiB, and this machine has ${there}; choose a smaller \`size\`.`,
  );
}
