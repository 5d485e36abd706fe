import { blendNoise, type NoiseSource, philoxNoise } from '@denoiser/samplers';
import { concat, dispose, type Tensor4D } from '@tensorflow/tfjs-core';
import { checkModel } from './check-model';
import { checkOptionNames, checkWhole } from './check-options';
import { type ClassChoice, chooseClasses } from './classes';
import { type DrawStep, drawImages } from './draw-images';
import type { DrawingWay } from './draw-options';
import { createDrawing, type Drawing } from './drawing';
import { WAY } from './drawing-kinds';
import { type Images, imagesOf } from './images';
import type { Model } from './model';
import { checkFits } from './room';

export interface InterpolateOptions extends DrawingWay {
  /** The seeds at either end. */
  readonly from: number;
  readonly to: number;
  /** Images from end to end, both included. Default 8. */
  readonly count?: number | undefined;
  /** Classes by name or number, a row for each. Default: all. */
  readonly classes?: readonly ClassChoice[] | undefined;
}

const BETWEEN = 8;

const OPTIONS: readonly string[] = [...WAY, 'from', 'to', 'count', 'classes'];

/**
 * Draws rows of images that lead from one seed to another, a row for each class: noise is blended spherically, and row r
 * begins and ends with image r of either seed.
 *
 * @throws DenoiserError as `drawImages`.
 */
export function interpolate(model: Model, options: InterpolateOptions): Drawing<DrawStep> {
  return createDrawing(async function* () {
    checkModel('interpolate', model);
    checkOptionNames('interpolate', options, OPTIONS);
    const { from, to, count: across = BETWEEN, classes, ...way } = options;
    for (const [name, value] of Object.entries({ from, to })) checkWhole(name, value, 0);
    checkWhole('count', across, 1);
    const labels = chooseClasses(classes, model.classNames);
    const count = across * Math.max(1, labels.length);
    checkFits(count, model.imageShape);
    const drawing = drawImages(model, {
      ...way,
      count,
      onBegin: (drawing) => way.onBegin?.({ ...drawing, columns: across }),
      classes: labels.flatMap((label) => Array.from({ length: across }, () => label)),
      noise: rowsBetween([from, to], across),
    });
    yield* drawing;
    const { data, imageShape, labels: drawn }: Images = await drawing;
    return imagesOf({ data, imageShape, ...(drawn && { labels: drawn }), columns: across });
  });
}

/** Noise of rows of `across` images that lead from a seed to another: the ends of row r are image r of either. */
function rowsBetween([from, to]: readonly [number, number], across: number): NoiseSource {
  const [a, b] = [philoxNoise(from), philoxNoise(to)];
  return (request) => {
    const shape = [1, ...request.shape.slice(1)];
    const images = request.indices.map((index) => {
      const weight = across === 1 ? 0 : (index % across) / (across - 1);
      return blendNoise(a, b, weight)({ ...request, shape, indices: [Math.floor(index / across)] }) as Tensor4D;
    });
    const noise = concat(images);
    dispose(images);
    return noise;
  };
}
