import type { DenoiserError } from '@denoiser/errors';
import { type Denoiser, type NoiseSource, philoxNoise, type SampleOptions, sample } from '@denoiser/samplers';
import { concat, dispose, type Tensor4D, tensor1d, tensor4d, tidy, tile } from '@tensorflow/tfjs-core';
import { checkModel } from './check-model';
import type { DrawRequest } from './draw-request';
import { PipelineError } from './errors';
import { firstNotFiniteOf } from './finite';
import type { Model } from './model';
import { replayedDenoiser } from './replayed-denoiser';

/** Images `from` … `to` − 1 of a request. */
export interface DrawPart {
  readonly request: DrawRequest;
  readonly from: number;
  readonly to: number;
}

/** Images that are drawn at once, for `sample`. */
export interface DrawBatch {
  readonly count: number;
  readonly options: SampleOptions;
  dispose(): void;
}

/** Returns whether images of the two requests can be in one batch: each has noise, class and pictures of its own. */
export const goTogether = (a: DrawRequest, b: DrawRequest): boolean =>
  a.plan === b.plan &&
  JSON.stringify(a.guidance) === JSON.stringify(b.guidance) &&
  !a.labels === !b.labels &&
  !a.image === !b.image &&
  !a.inpaint === !b.inpaint;

/** Returns the batch of parts of requests that go together, one after the other. */
export function batchOf(model: Model, parts: readonly DrawPart[], signal?: AbortSignal): DrawBatch {
  const { imageShape, network } = model;
  const [height, width, channels] = imageShape;
  const {
    plan,
    guidance,
    labels: areLabelled,
    image: isImageGiven,
    inpaint: isPartGiven,
  } = (parts[0] as DrawPart).request;
  const count = parts.reduce((sum, { from, to }) => sum + to - from, 0);
  const rows = (of: (part: DrawPart) => readonly number[]): number[] => parts.flatMap((part) => [...of(part)]);
  const owned: { dispose(): void }[] = [];
  const own = <T extends { dispose(): void }>(tensor: T): T => {
    owned.push(tensor);
    return tensor;
  };
  const pictures = (of: (request: DrawRequest) => Float32Array | undefined, depth: number): Tensor4D =>
    own(
      tidy(() => {
        const each = parts.map(({ request, from, to }) =>
          tile(tensor4d(of(request) as Float32Array, [1, height, width, depth]), [to - from, 1, 1, 1]),
        );
        return concat(each);
      }),
    );
  const labels = areLabelled && rows(({ request, from, to }) => (request.labels as readonly number[]).slice(from, to));
  const { denoiser: answer, compileFirst, ...replayed } = replayedDenoiser(network);
  const denoiser = ((x, time, conditioning) => {
    checkModel('drawImages', model); // it may have been disposed meanwhile
    return answer(x, time, conditioning);
  }) as Denoiser;
  const options: SampleOptions = {
    denoiser,
    plan,
    shape: [count, ...imageShape],
    indices: rows(({ request, from, to }) => request.indices.slice(from, to)),
    noise: noiseOf(parts),
    compileFirst,
    ...(labels && { conditioning: { labels: own(tensor1d(labels, 'int32')) } }),
    ...(guidance && labels && { guidance }),
    ...(isImageGiven && { image: pictures(({ image }) => image, channels) }),
    ...(isPartGiven && {
      inpaint: {
        image: pictures(({ inpaint }) => inpaint?.image, channels),
        mask: pictures(({ inpaint }) => inpaint?.mask, 1),
      },
    }),
    ...(signal && { signal }),
  };
  return {
    count,
    options,
    dispose() {
      replayed.dispose();
      dispose(owned as Tensor4D[]);
    },
  };
}

/** The noise of each part's own seed or source. */
function noiseOf(parts: readonly DrawPart[]): NoiseSource {
  const sources = parts.map(({ request, from, to }) => ({
    source: request.noise ?? philoxNoise(request.seed),
    count: to - from,
  }));
  const [only] = sources;
  if (only && sources.length === 1) return only.source;
  return (request) => {
    let first = 0;
    const noises = sources.map(({ source, count }) => {
      const indices = request.indices.slice(first, first + count);
      first += count;
      return source({ ...request, shape: [count, ...request.shape.slice(1)], indices }) as Tensor4D;
    });
    const noise = concat(noises); // [B, H, W, C]
    dispose(noises);
    return noise;
  };
}

/** Returns the error of a batch that is not finite: draws it once more to find the first step that was not. */
export async function notFinite(options: SampleOptions, total: number): Promise<DenoiserError> {
  let step = total;
  for await (const { index, x0 } of sample(options)) {
    if (firstNotFiniteOf(await x0.data<'float32'>()) < 0) continue;
    step = index + 1;
    break;
  }
  return new PipelineError(
    'output-not-finite',
    `The model gave numbers that are not finite at step ${step} of ${total}; take other weights, such as an earlier checkpoint, or another \`sampler\`.`,
  );
}
