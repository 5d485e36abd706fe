import { type Schedule, x0From } from '@denoiser/schedules';
import {
  abs,
  add,
  div,
  equal,
  exp,
  greater,
  less,
  log,
  maximum,
  mean,
  mul,
  neg,
  sigmoid,
  square,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tidy,
  where,
} from '@tensorflow/tfjs-core';
import type { TrainedPrediction } from '../weighting/weighting';
import { perImage } from './per-image';

/**
 * Computes one term of the variational bound for each image (Ho et al. 2020, arXiv:2006.11239, eq. 5) in bits per dimension,
 * with a learned variance between β̃_t and β_t (Nichol & Dhariwal 2021, arXiv:2102.09672, eq. 15): v = −1 means β̃, v = 1 means
 * β, on a logarithmic scale between. At t = 0 the term is the decoder's, with OpenAI's tanh approximation of the normal
 * distribution. The estimate of x0 is not clipped.
 *
 * @param o x0, xt, output, v [B, H, W, C]; t: B timesteps
 * @returns [B]
 */
export function variationalBoundTerm(o: {
  schedule: Schedule;
  prediction: TrainedPrediction;
  t: ArrayLike<number>;
  x0: Tensor4D;
  xt: Tensor4D;
  output: Tensor4D;
  v: Tensor4D;
}): Tensor1D {
  const { schedule, prediction, x0, xt, output, v } = o;
  const at = (numberAt: (t: number) => number) => perImage(Array.from(o.t, numberAt));
  const x0Of = (t: number) => x0From(prediction, schedule.sqrtAlphaBars[t], schedule.sqrtOneMinusAlphaBars[t]);
  return tidy(() => {
    const logMin = at((t) => schedule.posteriorLogVariancesClipped[t]);
    const span = at((t) => Math.log(schedule.betas[t]) - schedule.posteriorLogVariancesClipped[t]);
    const logVariance = add(logMin, mul(mul(add(v, 1), 0.5), span)); // [B, H, W, C]
    const estimate = add(
      mul(
        xt,
        at((t) => x0Of(t).fromX),
      ),
      mul(
        output,
        at((t) => x0Of(t).fromOutput),
      ),
    ); // [B, H, W, C]
    const difference = mul(
      sub(estimate, x0),
      at((t) => schedule.posteriorMeanX0[t]),
    );

    // KL(N(m, e^logMin) ‖ N(m + difference, e^logVariance))
    const logRatio = sub(logVariance, logMin);
    const distance = mul(square(difference), exp(neg(logVariance)));
    const kl = mul(add(add(sub(logRatio, 1), exp(neg(logRatio))), distance), 0.5);
    if (!Array.from(o.t).includes(0)) return inBits(kl);

    const modelMean = add(
      mul(
        estimate,
        at((t) => schedule.posteriorMeanX0[t]),
      ),
      mul(
        xt,
        at((t) => schedule.posteriorMeanX[t]),
      ),
    );
    const isFirst = equal(
      at((t) => t),
      0,
    );
    return inBits(where(isFirst, decoderLoss(x0, modelMean, logVariance), kl));
  });
}

/**
 * Computes the nats of a picture's values, each one of 256 in [−1, 1], under a Gaussian over the value's bin (Ho et al. 2020,
 * eq. 13). Bins above the mean are mirrored, since float32 is fine below ½ only.
 */
function decoderLoss(x0: Tensor4D, modelMean: Tensor, logVariance: Tensor): Tensor {
  const inverse = exp(mul(logVariance, -0.5));
  const distance = sub(x0, modelMean);
  const below = neg(abs(distance));
  const inside = sub(normalCdf(mul(inverse, add(below, 1 / 255))), normalCdf(mul(inverse, sub(below, 1 / 255))));
  const darkest = normalCdf(mul(inverse, add(distance, 1 / 255)));
  const brightest = normalCdf(mul(inverse, sub(1 / 255, distance)));
  const probability = where(less(x0, -0.999), darkest, where(greater(x0, 0.999), brightest, inside));
  return neg(log(maximum(probability, 1e-12)));
}

/** Computes ½·(1 + tanh(√(2/π)·(x + 0.044715·x³))), as the sigmoid that it is. */
function normalCdf(x: Tensor): Tensor {
  const argument = mul(add(x, mul(mul(square(x), x), 0.044715)), Math.sqrt(8 / Math.PI));
  return sigmoid(argument);
}

function inBits(nats: Tensor): Tensor1D {
  return div(mean(nats, [1, 2, 3]), Math.LN2);
}
