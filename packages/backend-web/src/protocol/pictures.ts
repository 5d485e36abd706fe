import type { ImageShape } from '@denoiser/ops';

/** A picture as canvases know it: RGBA bytes, row by row. An `ImageData` is one. */
export type Picture = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

/** What can be sent to the worker and decoded there. */
export type PictureSource = Blob | ImageBitmap | Picture;

/** Whatever a page has of a picture: a file, what a canvas or an image element shows, pixels, or a promise of one. */
export type PictureLike = Now<PictureSource | HTMLCanvasElement | OffscreenCanvas | HTMLImageElement>;

type Now<T> = T | PromiseLike<T>;

/** A picture to train on, with its class. */
export type TrainingImage = {
  /** What it is called in messages, such as its path. Default: its file's name, or its number. */
  readonly name?: string | undefined;
  readonly source: PictureLike;
  /** Its class, by name; images without one are trained without label. */
  readonly className?: string | undefined;
};

/** Pictures to train on, each alone or with its class. */
export type TrainingImages = Iterable<Now<TrainingImage> | PictureLike>;

export type ImagesRequest = {
  readonly images: TrainingImages;
  /**
   * Side of the square that the network sees, or its height and width: multiples of 8. The middle of each picture is scaled to it.
   * Default 32.
   */
  readonly size?: number | readonly [height: number, width: number] | undefined;
  /** 3: colours (default), 1: grey. Transparent parts become white. */
  readonly channels?: 1 | 3 | undefined;
};

/** The same, ready to be sent. */
export type SentImagesRequest = Omit<ImagesRequest, 'images'> & {
  readonly images: readonly { readonly name: string; readonly source: PictureSource; readonly className?: string }[];
};

/** Images in the worker's memory, decoded. */
export type ImageSet = {
  /** By which the worker knows it. */
  readonly id: number;
  readonly length: number;
  readonly imageShape: ImageShape;
  /** Names of the classes in the order of their labels; empty without classes. */
  readonly classNames: readonly string[];
  /** One sentence for each image that could not be read and was left out. */
  readonly skipped: readonly string[];
};
