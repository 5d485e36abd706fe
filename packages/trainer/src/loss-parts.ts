import type { ImageShape } from '@denoiser/ops';
import { clone, keep, type Tensor4D, tensor1d, tensor4d, tidy } from '@tensorflow/tfjs-core';
import { planBatches } from './batch-plan';
import { drawNoise, drawTimesteps, dropLabels } from './draws';
import type { Shares } from './objective/mixture';
import { trainingPoint } from './objective/training-point';
import { readBatch } from './read-batch';
import type { Run } from './run';
import type { ImageDataset } from './types';
import type { TrainedPrediction } from './weighting/weighting';

/** What the loss of one image is made of. Pictures are [H, W, C] flat. */
export type LossParts = {
  /** The step that it belongs to, from 1. */
  readonly step: number;
  readonly imageShape: ImageShape;
  /** What the network is told: the time, and the class or −1. */
  readonly time: number;
  readonly label: number;
  readonly x0: Float32Array;
  readonly eps: Float32Array;
  /** What the network sees: input.x0·x0 + input.eps·eps, x_t. */
  readonly xt: Float32Array;
  readonly input: Shares;
  /** What it has to give: ε, x0 or v, as `prediction` says, or, where that is absent, EDM's. */
  readonly target: Float32Array;
  readonly prediction?: TrainedPrediction;
  /** What it gives. */
  readonly output: Float32Array;
  /** The mean of (target − output)², weighted; with a learned variance the bound's term is added. */
  readonly loss: number;
};

/**
 * Returns what the loss of the first image of the next step is made of, under the weights of now: with the very time, noise and
 * label that the step will draw. It changes nothing.
 */
export async function lossParts(run: Run, dataset: ImageDataset): Promise<LossParts> {
  const { model, objective, options, process, progress, timesteps } = run;
  const { seed, labelDropout, labelDropoutPer, offsetNoise, prediction } = options;
  const { step } = progress;
  const [planned] = planBatches({ seed, length: dataset.length, batchSize: 1, batches: 1, from: progress });
  const { pixels, shape, labels } = await readBatch(dataset, planned, model.checkLabels);
  const drawn = drawTimesteps(timesteps, { seed, step, count: 1, isContinuous: process.kind !== 'discrete' });
  const [t] = drawn.times;
  const [label] = dropLabels(labels, { seed, step, dropout: labelDropout, per: labelDropoutPer });
  const denoiser = model.denoiser();
  const tensors = tidy(() => {
    const eps = drawNoise(shape, { seed, step, places: [0], offset: offsetNoise }); // [1, H, W, C]
    let seen: { xt: Tensor4D; output: Tensor4D } | undefined;
    const losses = objective(
      (xt, time, conditioning) => {
        const output = denoiser(xt, time, conditioning);
        seen = { xt: keep(clone(xt)), output: keep(clone(output)) }; // beyond the tidy of the loss
        return output;
      },
      {
        x0: tensor4d(pixels, shape), // [1, H, W, C]
        eps,
        t: [t],
        ...(labels[0] >= 0 && { labels: tensor1d([label], 'int32') }),
      },
    ); // [1]
    return { eps, losses, ...(seen as NonNullable<typeof seen>) };
  });
  const { eps: noise, losses, xt: input, output: given } = tensors;
  try {
    const [eps, [loss], xt, output] = await Promise.all([
      noise.data<'float32'>(),
      losses.data(),
      input.data<'float32'>(),
      given.data<'float32'>(),
    ]);
    const point = trainingPoint(process, prediction, t);
    const target = pixels.map((value, i) => point.target.x0 * value + point.target.eps * eps[i]);
    const channels = shape[3];
    return {
      step: step + 1,
      imageShape: dataset.imageShape,
      time: point.time,
      label,
      x0: pixels,
      eps,
      xt,
      input: point.input,
      target,
      ...(process.kind !== 'sigma' && { prediction }),
      output: firstChannels(output, channels, given.shape[3]),
      loss,
    };
  } finally {
    for (const tensor of Object.values(tensors)) tensor.dispose();
  }
}

/** Returns the first `channels` of every `of`: a learned variance stands behind them. */
function firstChannels(values: Float32Array, channels: number, of: number): Float32Array {
  return of === channels ? values : values.filter((_, i) => i % of < channels);
}
