import { levelAt, type Schedule, trainingTarget } from '@denoiser/schedules';
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
import type { TrainableDenoiser } from '../types';
import { WEIGHTINGS } from '../weighting/index';
import type { Weight } from '../weighting/weighting';
import { addNoise } from './add-noise';
import { perImage } from './per-image';
import { stopGradient } from './stop-gradient';
import { variationalBoundTerm } from './variational-bound-term';

/** The images of a loss, with all that was drawn for them: x0 and eps [B, H, W, C], t and labels one for each. */
export type NoisyImages = { x0: Tensor4D; eps: Tensor4D; t: ArrayLike<number>; labels?: Tensor1D };

/** The loss of each image [B] under a network. */
export type Objective = (denoiser: TrainableDenoiser, images: NoisyImages) => Tensor1D;

export type ObjectiveOptions = Pick<TrainingOptions, 'prediction' | 'weighting' | 'variance'>;

/**
 * What a network is trained on: w(t)·‖target − output‖², the mean over an image, the target being ε, x0 or v (Salimans &
 * Ho 2022, arXiv:2202.00512). With a learned variance the network's second half of channels is v, and λ·L_vlb is added
 * (Nichol & Dhariwal 2021, arXiv:2102.09672, eq. 16), L_vlb being T times an image's term in bits per dimension; its
 * gradient stops at the mean.
 *
 * Errors of the objective: `DenoiserError` if the network's output has the wrong shape.
 */
export function createObjective(
  schedule: Schedule,
  options: ObjectiveOptions,
  weigh: Weight = makeKind(WEIGHTINGS, options.weighting),
): Objective {
  const { prediction, variance } = options;
  const targetAt = (t: number) => {
    const { alpha, sigma } = levelAt(schedule, t);
    return trainingTarget(prediction, alpha, sigma);
  };
  return (denoiser, { x0, eps, t, labels }) =>
    tidy(() => {
      const xt = addNoise(schedule, x0, eps, t); // [B, H, W, C]
      const time = tensor1d(Float32Array.from(t), 'float32'); // [B]
      const output = denoiser(xt, time, labels && { labels }); // [B, H, W, C or 2C]
      const isLearned = variance.type === 'learned-range';
      checkOutput(output, x0, isLearned ? 2 : 1);

      const [predicted, v] = isLearned ? halves(output) : [output];
      const target = add(
        mul(
          x0,
          perImage(t, (time) => targetAt(time).x0),
        ),
        mul(
          eps,
          perImage(t, (time) => targetAt(time).eps),
        ),
      ); // [B, H, W, C]
      const weights = tensor1d(Float32Array.from(t, (time) => weigh(schedule.snr[time], prediction))); // [B]
      const simple = mul(mean(squaredDifference(predicted, target), [1, 2, 3]), weights) as Tensor1D; // [B]
      if (!v || variance.type !== 'learned-range') return simple;
      const bound = variationalBoundTerm({ schedule, prediction, t, x0, xt, output: stopGradient(predicted), v }); // [B]
      return add(simple, mul(bound, variance.vlbWeight * schedule.steps));
    });
}

/** [B, H, W, 2C] → twice [B, H, W, C] */
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
