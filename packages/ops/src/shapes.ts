/** The shape of an image, channels last. */
export type ImageShape = readonly [height: number, width: number, channels: number];

/** The shape of a batch of images, channels last: NHWC. */
export type BatchShape = readonly [batch: number, height: number, width: number, channels: number];
