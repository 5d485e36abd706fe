import { philoxNoise, type SampleOptions, sample } from '@denoiser/samplers';
import { type Tensor4D, tensor1d, tensor4d, tidy, tile } from '@tensorflow/tfjs-core';
import { WebError } from '../error';
import { fromRgba, toRgba } from '../images/pixels';
import { toSquare } from '../images/to-square';
import type { Context } from '../protocol/answerer';
import type { Picture } from '../protocol/pictures';
import type { SampleRequest, SampleStep, Shown } from '../protocol/sampling';
import type { Canvases } from './canvases';
import type { LoadedModel } from './loaded-model';
import { noiseTowards } from './noise-towards';

/** Draws images as the page asked, and sends what it wants to see of each step. */
export async function drawImages(
  request: SampleRequest,
  { model, info }: LoadedModel,
  canvases: Canvases,
  { emit, signal }: Pick<Context<SampleStep>, 'emit' | 'signal'>,
): Promise<void> {
  const { labels, towards, seed = 0, guidance, send = {}, canvas = {} } = request;
  const count = request.count ?? labels?.length ?? request.indices?.length ?? towards?.weights.length ?? 1;
  const indices = request.indices ?? Array.from({ length: count }, (_, i) => (towards ? 0 : i));
  checkRequest({ count, labels, weights: towards?.weights });
  if (labels) model.checkLabels?.(labels);
  const { imageShape } = info;
  const { pixels = ['x', 'x0'], values = [], every = 1 } = send;
  const owned: { dispose(): void }[] = [];
  const own = <T extends { dispose(): void }>(tensor: T): T => {
    owned.push(tensor);
    return tensor;
  };
  try {
    const options: SampleOptions = {
      denoiser: model.denoiser(),
      plan: info.learnedVariance ? { ...request.plan, learnedVariance: true } : request.plan,
      shape: [count, ...imageShape],
      indices,
      noise: towards ? noiseTowards(seed, towards.seed, towards.weights) : philoxNoise(seed),
      signal,
      ...(labels && { conditioning: { labels: own(tensor1d([...labels], 'int32')) } }),
      ...(guidance && { guidance }),
      ...(request.image && { image: own(await pictureTensor(request.image, imageShape, count)) }),
      ...(request.inpaint && {
        inpaint: {
          image: own(await pictureTensor(request.inpaint.image, imageShape, count)),
          mask: own(maskTensor(request.inpaint.mask, imageShape)),
        },
      }),
    };
    for await (const { index, total, time, ...tensors } of sample(options)) {
      if (canvas.x !== undefined) await canvases.draw(canvas.x, tensors.x, canvas.columns);
      if (canvas.x0 !== undefined) await canvases.draw(canvas.x0, tensors.x0, canvas.columns);
      const isSent = (index + 1) % every === 0 || index === total - 1;
      const wanted = isSent ? [...new Set([...pixels, ...values])] : [];
      const numbers: Partial<Record<Shown, Float32Array>> = {};
      for (const name of wanted) numbers[name] = (await tensors[name].data()) as Float32Array;
      const chosen = <T>(names: readonly Shown[], make: (numbers: Float32Array) => T) =>
        Object.fromEntries(isSent ? names.map((name) => [name, make(numbers[name] as Float32Array)]) : []);
      const step: SampleStep = {
        index,
        total,
        time,
        count,
        imageShape,
        pixels: chosen(pixels, (array) => toRgba(array, imageShape[2])),
        values: chosen(values, (array) => Float32Array.from(array)), // a copy that can be given away
      };
      const arrays = [...Object.values(step.pixels), ...Object.values(step.values)];
      await emit(
        step,
        arrays.map(({ buffer }) => buffer),
      );
    }
  } finally {
    for (const tensor of owned) tensor.dispose();
  }
}

function checkRequest({
  count,
  labels,
  weights,
}: {
  count: number;
  labels?: ArrayLike<number>;
  weights?: ArrayLike<number>;
}) {
  if (!Number.isInteger(count) || count < 1) {
    throw new WebError('bad-count', `The number of images must be a whole number of at least 1, not ${count}.`);
  }
  for (const [name, list] of Object.entries({ labels, weights })) {
    if (list && list.length !== count) {
      throw new WebError(
        'bad-shape',
        `There must be as many ${name} as images, ${count}, but there are ${list.length}.`,
      );
    }
  }
}

type ImageShape = readonly [height: number, width: number, channels: number];

/** The picture's centre square as values in [−1, 1], once for every image: [count, H, W, C]. */
async function pictureTensor(
  picture: Picture,
  [height, width, channels]: ImageShape,
  count: number,
): Promise<Tensor4D> {
  const fits = picture.width === width && picture.height === height;
  if (!fits && width !== height) {
    throw new WebError(
      'bad-shape',
      `The picture is ${picture.width}×${picture.height}, but this network draws ${width}×${height}: give it that size.`,
    );
  }
  const bytes = fromRgba((fits ? picture : await toSquare(picture, width)).data, channels === 1 ? 1 : 3);
  const values = Float32Array.from(bytes, (byte) => byte / 127.5 - 1);
  return tidy(() => tile(tensor4d(values, [1, height, width, channels]), [count, 1, 1, 1]));
}

/** [1, H, W, 1]; 0: kept, 1: filled. */
function maskTensor(mask: ArrayLike<number>, [height, width]: ImageShape): Tensor4D {
  if (mask.length !== height * width) {
    throw new WebError(
      'bad-shape',
      `The mask has ${mask.length} bytes, but the images have ${height}×${width} pixels: give one byte for each.`,
    );
  }
  return tensor4d(
    Float32Array.from(mask, (byte) => byte / 255),
    [1, height, width, 1],
  );
}
