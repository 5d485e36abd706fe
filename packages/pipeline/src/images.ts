import type { ImageShape } from '@denoiser/ops';
import { toBytes } from './pixels/to-bytes';

/** Drawn images, as numbers: they hold no tensors, and `dispose` lets go of the numbers. */
export interface Images {
  readonly count: number;
  readonly imageShape: ImageShape;
  /** All of them, [count, H, W, C], values about [−1, 1]. */
  readonly data: Float32Array<ArrayBuffer>;
  /** The class of each; −1: none. Absent for a model without classes. */
  readonly labels?: readonly number[];
  /** How many are shown in a row: one for each class, or as square as it gets. */
  readonly columns: number;
  /** Returns image i, [H, W, C]: a view of `data`. */
  image(i: number): Float32Array<ArrayBuffer>;
  /** Returns all of them as bytes, as they are written: clipped and cut. */
  bytes(): Uint8Array<ArrayBuffer>;
  [Symbol.iterator](): IterableIterator<Float32Array<ArrayBuffer>>;
  dispose(): void;
  [Symbol.dispose](): void;
}

/** Returns images around their numbers. */
export function imagesOf(o: Pick<Images, 'imageShape' | 'data' | 'labels'> & { readonly columns?: number }): Images {
  const size = o.imageShape.reduce((a, b) => a * b);
  const count = o.data.length / size;
  let data = o.data;
  const image = (i: number) => data.subarray(i * size, (i + 1) * size);
  const dispose = () => {
    data = new Float32Array(0);
  };
  return {
    count,
    imageShape: o.imageShape,
    get data() {
      return data;
    },
    ...(o.labels && { labels: o.labels }),
    columns: o.columns ?? gridColumns(count, 0),
    image,
    bytes: () => toBytes(data),
    *[Symbol.iterator]() {
      for (let i = 0; i < count; i++) yield image(i);
    },
    dispose,
    [Symbol.dispose]: dispose,
  };
}

const WIDEST = 40;

/** Returns how many images are shown in a row: one for each class, or as square as it gets. */
export const gridColumns = (count: number, classes: number): number =>
  classes > 1 && classes <= WIDEST && classes <= count ? classes : Math.ceil(Math.sqrt(count));
