import { drawImages, modelInTraining } from '@denoiser/pipeline';
import type { Trainer } from '@denoiser/trainer';
import { toRgba } from '../images/pixels';
import type { SamplesEvent } from '../protocol/training';
import type { WebRunConfig } from '../storage/web-run-config';

/** However many they are, the memory of a step suffices for so many. */
const AT_ONCE = 16;

/** Draws images from the averaged weights of now, always of the same noise. */
export async function drawSamples(
  trainer: Trainer,
  config: WebRunConfig,
  o: {
    readonly imageShape: SamplesEvent['imageShape'];
    readonly classNames: readonly string[];
    readonly signal: AbortSignal;
  },
): Promise<SamplesEvent> {
  const { count, sampler, steps, guidance } = config.samples as NonNullable<WebRunConfig['samples']>;
  const { imageShape, signal } = o;
  const model = modelInTraining(trainer, { imageShape, classNames: config.conditional ? o.classNames : [] });
  const most = model.process.kind === 'discrete' ? Math.ceil(model.process.steps / 2) : steps;
  const images = await drawImages(model, {
    count,
    sampler,
    steps: Math.min(steps, most),
    seed: trainer.options.seed,
    batchSize: Math.min(count, AT_ONCE),
    signal,
    ...(model.classNames.length > 0 && { guidance }),
  });
  const labels = images.labels ?? Array.from({ length: count }, () => -1);
  const pixels = toRgba(images.data, imageShape[2]);
  return { type: 'samples', step: trainer.progress.step, count, imageShape, labels, pixels };
}
