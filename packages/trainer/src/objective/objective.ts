import {
  add,
  mean,
  mul,
  slice,
  squaredDifference,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tidy,
} from '@tensorflow/tfjs-core';
import { TrainerError } from '../errors';
import { makeKind } from '../options/kinds';
import type { TrainingOptions } from '../options/training-options';
import type { TrainedProcess } from '../trained-process';
import type { TrainableDenoiser } from '../types';
import { WEIGHTINGS } from '../weighting/index';
import type { Weight } from '../weighting/weighting';
import { mixture } from './mixture';
import { stopGradient } from './stop-gradient';
import { trainingPoint } from './training-point';
import { variationalBoundTerm } from './variational-bound-term';

/** Images with all that was drawn for them: x0 and eps [B, H, W, C], and a timestep and maybe a label for each. */
export type NoisyImages = { x0: Tensor4D; eps: Tensor4D; t: ArrayLike<number>; labels?: Tensor1D };

/** Computes the loss of each image, [B]; the caller disposes it. */
export type Objective = (denoiser: TrainableDenoiser, images: NoisyImages) => Tensor1D;

/** The options of training that decide the loss. */
export type ObjectiveOptions = Pick<TrainingOptions, 'prediction' | 'weighting' | 'variance'>;

/**
 * Creates the loss that a network is trained on: w(t)·‖target − output‖², a mean over the image, where the target is ε, x0, v
 * (Salimans & Ho 2022, arXiv:2202.00512) or EDM's (Karras et al. 2022, arXiv:2206.00364, eq. 8). With a learned variance the
 * second half of the network's channels says where the variance is, and λ·L_vlb is added (Nichol & Dhariwal 2021,
 * arXiv:2102.09672, eq. 16): T times an image's term in bits per dimension, whose gradient stops at the mean.
 *
 * The objective throws a DenoiserError `option-invalid` if the network's output has the wrong shape.
 */
export function createObjective(
  process: TrainedProcess,
  options: ObjectiveOptions,
  weigh: Weight = makeKind(WEIGHTINGS, options.weighting),
): Objective {
  const { prediction, variance } = options;
  return (denoiser, { x0, eps, t, labels }) =>
    tidy(() => {
      const points = Array.from(t, (time) => trainingPoint(process, prediction, time));
      const input = points.map((point) => point.input);
      const xt = mixture(x0, eps, input); // [B, H, W, C]
      const time = tensor1d(Float32Array.from(points, (point) => point.time)); // [B]
      const output = denoiser(xt, time, labels && { labels }); // [B, H, W, C or 2C]
      const isLearned = variance.type === 'learned-range';
      checkOutput(output, x0, isLearned ? 2 : 1);

      const [predicted, v] = isLearned ? halves(output) : [output];
      const targets = points.map((point) => point.target);
      const target = mixture(x0, eps, targets); // [B, H, W, C]
      const weights = tensor1d(Float32Array.from(points, ({ snr }) => weigh(snr, prediction))); // [B]
      const simple = mul(mean(squaredDifference(predicted, target), [1, 2, 3]), weights) as Tensor1D; // [B]
      if (!v || variance.type !== 'learned-range' || process.kind !== 'discrete') return simple;
      const bound = variationalBoundTerm({
        schedule: process,
        prediction,
        t,
        x0,
        xt,
        output: stopGradient(predicted),
        v,
      }); // [B]
      return add(simple, mul(bound, variance.vlbWeight * process.steps));
    });
}

/** Cuts [B, H, W, 2C] into two [B, H, W, C]. */
function halves(output: Tensor4D): [Tensor4D, Tensor4D] {
  const [batch, height, width, channels] = output.shape;
  const size: [number, number, number, number] = [batch, height, width, channels / 2];
  return [slice(output, [0, 0, 0, 0], size), slice(output, [0, 0, 0, channels / 2], size)];
}

function checkOutput(output: Tensor4D, x0: Tensor4D, factor: 1 | 2): void {
  const expected = [...x0.shape.slice(0, 3), x0.shape[3] * factor];
  if (expected.every((size, i) => output.shape[i] === size)) return;
  const reason = factor === 2 ? 'a learned variance needs twice the channels' : 'the variance is fixed';
  throw new TrainerError(
    'option-invalid',
    `The network gives [${output.shape}] for images [${x0.shape}], where [${expected}] is needed (${reason}); change the network or the option variance.`,
  );
}
