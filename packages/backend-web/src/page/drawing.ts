import { type Awaitable, createAwaitable } from '@denoiser/pipeline/awaitable';
import { paintGrid } from '../draw/paint-grid';
import { WebError } from '../errors';
import type { SentImages, SentStep, Shown } from '../protocol/drawing';

/** How a grid is painted. */
export type DrawGridOptions = {
  /** Images in a row. Default: one for each class, or as square as it gets. */
  readonly columns?: number | undefined;
};

type Canvas = HTMLCanvasElement | OffscreenCanvas;

/** A step of a drawing, after its evaluation of the model on a batch. The arrays are the page's own. */
export type DrawingStep = SentStep & {
  /** Paints the batch at its places in the grid of all images: the estimates `x0` (default), or the noisy images `x`. */
  draw(canvas: Canvas, options?: DrawGridOptions & { readonly shows?: Shown | undefined }): void;
};

/** Drawn images, as numbers and as bytes. */
export type Images = SentImages & {
  readonly count: number;
  /** Returns image i, [H, W, C]: a view of `data`. */
  image(i: number): Float32Array<ArrayBuffer>;
  /** Returns image i as canvases take it: a view of `pixels`. */
  imageData(i: number): ImageData;
  /** Paints all of them as a grid without gaps. */
  draw(canvas: Canvas, options?: DrawGridOptions): void;
};

/**
 * Images that are being drawn. `await` it for the images, or go through its steps, `for await (const step of drawing)`, and
 * await it afterwards. It begins when it is first awaited or gone through; leaving the loop ends it.
 */
export type Drawing = Awaitable<DrawingStep, Images>;

/** Returns a drawing of what `begin` gets from the worker; unwatched it needs no more than the images at the end. */
export const createDrawing = (
  begin: (isWatched: boolean) => AsyncGenerator<SentStep, SentImages, undefined>,
  onProgress: ((done: number, total: number) => void) | undefined,
): Drawing =>
  createAwaitable('drawing', async function* (isWatched) {
    const steps = begin(isWatched);
    try {
      for (;;) {
        const { done, value } = await steps.next();
        if (done) return imagesOf(value);
        onProgress?.(value.done, value.total);
        yield stepOf(value);
      }
    } finally {
      await steps.return(undefined as never);
    }
  });

function stepOf(step: SentStep): DrawingStep {
  const [height, width] = step.imageShape;
  return {
    ...step,
    draw(canvas, { shows = 'x0', columns = step.columns } = {}) {
      const pixels = step.pixels[shows];
      if (!pixels) {
        throw new WebError(
          'pixels-missing',
          `This step did not bring the pixels of ${shows}: let \`send\` ask for them, or leave it out.`,
        );
      }
      paintGrid(canvas, { pixels, height, width }, { columns, count: step.images, first: step.first });
    },
  };
}

/** Returns images that came from the worker, with what a page does with them. */
export function imagesOf(sent: SentImages): Images {
  const { data, pixels, imageShape } = sent;
  const [height, width, channels] = imageShape;
  const size = height * width * channels;
  const count = data.length / size;
  return {
    ...sent,
    count,
    image: (i) => data.subarray(i * size, (i + 1) * size),
    imageData: (i) =>
      new ImageData(pixels.subarray(i * 4 * height * width, (i + 1) * 4 * height * width), width, height),
    draw(canvas, { columns = sent.columns } = {}) {
      paintGrid(canvas, { pixels, height, width }, { columns, count });
    },
  };
}
