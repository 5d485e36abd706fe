/** A picture as canvases know it: RGBA bytes, row by row. An `ImageData` is one. */
export type Picture = { readonly width: number; readonly height: number; readonly data: Uint8ClampedArray };

/** Anything that can be decoded to a picture. Files and blobs are decoded in the worker. */
export type PictureSource = Blob | ImageBitmap | Picture;

/** A picture to train on. */
export type TrainingImage = {
  /** What it is called in messages, such as its path. */
  readonly name: string;
  readonly source: PictureSource;
  /** Its class, by name; images without one are trained without label. */
  readonly className?: string;
};

export type ImagesRequest = {
  readonly images: readonly TrainingImage[];
  /** Side of the square that the network sees, a multiple of 8. The picture's centre square is scaled to it. */
  readonly size: number;
  /** 3: colours (default), 1: grey. Transparent parts become white. */
  readonly channels?: 1 | 3;
};

/** Images in the worker's memory, decoded. */
export type ImageSet = {
  /** For `train`. */
  readonly id: number;
  readonly length: number;
  readonly imageShape: readonly [height: number, width: number, channels: number];
  /** Names of the classes in the order of their labels; empty without classes. */
  readonly classNames: readonly string[];
  /** One sentence for each image that could not be read and was left out. */
  readonly skipped: readonly string[];
};
