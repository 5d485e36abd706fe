import { describeValue, isObject } from '@denoiser/errors';
import { checkWhole, optionInvalid } from './check-options';
import type { DrawStep } from './draw-images';
import type { Drawing } from './drawing';
import { type Images, imagesOf } from './images';

const COLUMNS = 10;

/** Drawn images, and what the model took each for on the way: a row of `columns` images for each. */
export interface Trajectory {
  readonly images: Images;
  readonly steps: Images;
}

/**
 * Goes through a drawing and collects what becomes of each image: the estimates of x0 at so many steps, evenly spread, the
 * last one the result. `await trajectory(drawImages(model))`.
 */
export async function trajectory(drawing: Drawing<DrawStep>, columns = COLUMNS): Promise<Trajectory> {
  if (!isObject(drawing) || !(Symbol.asyncIterator in drawing)) {
    throw optionInvalid(`trajectory follows a drawing, as \`drawImages(…)\` begins it, not ${describeValue(drawing)}.`);
  }
  checkWhole('columns', columns, 1);
  const rows: { first: number; column: number; values: Float32Array }[] = [];
  let across = columns;
  for await (const { index, steps, first, x, x0 } of drawing) {
    across = Math.min(columns, steps);
    const column = shownAt(across, steps).indexOf(index);
    if (column < 0) continue;
    rows.push({ first, column, values: await (index === steps - 1 ? x : x0).data<'float32'>() });
  }
  const images = await drawing;
  const size = images.data.length / images.count;
  const data = new Float32Array(images.count * across * size);
  for (const { first, column, values } of rows) {
    for (let i = 0; i * size < values.length; i++) {
      data.set(values.subarray(i * size, (i + 1) * size), ((first + i) * across + column) * size);
    }
  }
  return { images, steps: imagesOf({ data, imageShape: images.imageShape, columns: across }) };
}

/** The steps that are shown. */
const shownAt = (columns: number, total: number): number[] =>
  Array.from({ length: columns }, (_, k) => Math.round(((k + 1) * total) / columns) - 1);
