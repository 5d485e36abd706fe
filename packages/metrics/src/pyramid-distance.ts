import { checkWhole, MetricsError } from './errors';
import { type Images, laplacianPyramid, pyramidSizes } from './laplacian-pyramid';
import { createRandom } from './random';
import { type SlicedWassersteinOptions, slicedWasserstein } from './sliced-wasserstein';
import { countVectors, type Vectors } from './vectors';

/** Which patches `pyramidDescriptors` and `pyramidDistances` take. */
export interface PatchOptions {
  /** Side of a patch; default 7. */
  readonly patchSize?: number;
  /** Patches of each image, at random places; default 128. */
  readonly patchesPerImage?: number;
  /** Seed of the places; default 0. */
  readonly seed?: number;
}

/** The distance at one level of the pyramid. */
export interface LevelDistance {
  readonly height: number;
  readonly width: number;
  readonly distance: number;
}

/**
 * Returns the sliced Wasserstein distance of local structure, level by level (Karras et al. 2018, arXiv:1710.10196, section 5):
 * patches of the Laplacian pyramid, each set and channel brought to mean 0 and deviation 1, p = 1. Fine levels tell of sharpness
 * and noise, coarse ones of large structure. The literature gives it times 1000.
 *
 * @returns finest level first; levels go down to 16 pixels.
 * @throws DenoiserError if the images are of different shapes, or smaller than a patch.
 */
export function pyramidDistances(
  real: Images,
  generated: Images,
  options: PatchOptions & SlicedWassersteinOptions = {},
): LevelDistance[] {
  if (real.shape.join() !== generated.shape.join()) {
    const [one, two] = [real, generated].map(({ shape }) => shape.join('×'));
    throw new MetricsError(
      'shape-invalid',
      `Real images are of ${one}, but generated ones of ${two}; bring them to one size.`,
    );
  }
  const [reals, fakes] = [pyramidDescriptors(real, options), pyramidDescriptors(generated, options)];
  return pyramidSizes(real.shape).map(([height, width], level) => ({
    height,
    width,
    distance: slicedWasserstein(reals[level] as Vectors, fakes[level] as Vectors, { order: 1, ...options }),
  }));
}

/**
 * Returns patches of each level of the images' Laplacian pyramids, each channel brought to mean 0 and deviation 1 over the set.
 *
 * @returns a set of vectors [N·patchesPerImage, patchSize²·channels] a level, finest first, float32.
 * @throws DenoiserError if the images are smaller than a patch.
 */
export function pyramidDescriptors(images: Images, options: PatchOptions = {}): Vectors[] {
  const { patchSize = 7, patchesPerImage = 128, seed = 0 } = options;
  const [height, width, channels] = images.shape;
  checkWhole('patchSize', patchSize, 1);
  checkWhole('patchesPerImage', patchesPerImage, 1);
  const sizes = pyramidSizes(images.shape);
  const [coarsestHeight, coarsestWidth] = sizes.at(-1) as readonly [number, number];
  if (Math.min(coarsestHeight, coarsestWidth) < patchSize) {
    const got = `the coarsest level of these images has ${coarsestHeight}×${coarsestWidth}`;
    throw new MetricsError('shape-invalid', `Patches of ${patchSize} pixels need levels as large, but ${got}.`);
  }
  const size = height * width * channels;
  const count = countVectors('images', { data: images.data, dimensions: size }, 1);
  const dimensions = patchSize * patchSize * channels;
  const levels = sizes.map(() => new Float32Array(count * patchesPerImage * dimensions));
  const random = createRandom(seed);
  for (let n = 0; n < count; n++) {
    const image = Float64Array.from({ length: size }, (_, i) => images.data[n * size + i] as number);
    laplacianPyramid(image, images.shape).forEach(({ pixels, height: h, width: w }, level) => {
      const into = levels[level] as Float32Array;
      for (let k = 0; k < patchesPerImage; k++) {
        const [top, left] = [random.below(h - patchSize + 1), random.below(w - patchSize + 1)];
        let at = (n * patchesPerImage + k) * dimensions;
        for (let y = top; y < top + patchSize; y++) {
          const from = (y * w + left) * channels;
          into.set(pixels.subarray(from, from + patchSize * channels), at);
          at += patchSize * channels;
        }
      }
    });
  }
  return levels.map((data) => ({ data: normalizeChannels(data, channels), dimensions }));
}

/** Mean 0 and deviation 1 in each channel, in place; a channel that is the same everywhere becomes 0. */
function normalizeChannels(data: Float32Array, channels: number): Float32Array {
  const n = data.length / channels;
  for (let c = 0; c < channels; c++) {
    let mean = 0;
    for (let i = c; i < data.length; i += channels) mean += (data[i] as number) / n;
    let variance = 0;
    for (let i = c; i < data.length; i += channels) variance += ((data[i] as number) - mean) ** 2 / n;
    // What a constant channel has is rounding.
    const isConstant = Math.sqrt(variance) <= 1e-6 * Math.max(Math.abs(mean), 1e-6);
    const scale = isConstant ? 0 : 1 / Math.sqrt(variance);
    for (let i = c; i < data.length; i += channels) data[i] = ((data[i] as number) - mean) * scale;
  }
  return data;
}
