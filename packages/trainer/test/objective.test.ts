import '@tensorflow/tfjs';
import { normals } from '@denoiser/ops';
import {
  angle,
  createSchedule,
  edm,
  minSnrWeight,
  p2Weight,
  stepTerms,
  trainingTarget,
  x0From,
} from '@denoiser/schedules';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addNoise, createObjective, type ObjectiveOptions, variationalBoundTerm, type Weighting } from '../src/parts';
import type { TrainableDenoiser } from '../src/types';
import golden from './fixtures/guided-diffusion-bound.json';
import { noiseProcess } from './helpers';

const schedule = createSchedule(noiseProcess);
const T = [1, 3, 7];
const random = (index: number, count = 3 * 32) => normals({ seed: 8, step: 0, index, count });
const shape: [number, number, number, number] = [3, 4, 4, 2];
/** Images of whole bytes, the darkest and the brightest among them. */
const bytes = random(0).map((z) => Math.min(255, Math.max(0, Math.round(128 + 80 * z))));
bytes.set([0, 255]);
const pixels = bytes.map((byte) => byte / 127.5 - 1);
const x0 = () => tf.tensor4d(pixels, shape);
const eps = () => tf.tensor4d(random(1), shape);

const objective = (over: Partial<ObjectiveOptions> = {}) =>
  createObjective(schedule, {
    prediction: 'epsilon',
    weighting: { type: 'uniform' },
    variance: { type: 'fixed' },
    ...over,
  });
const zero = (x: tf.Tensor4D) => tf.zerosLike(x);
const part = (values: ArrayLike<number>, image: number) => Array.from(values).slice(image * 32, (image + 1) * 32);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

beforeAll(() => tf.setBackend('cpu'));

describe('addNoise', () => {
  it("mixes image and noise by each image's own t", () => {
    const { alphaBars } = schedule;
    const ones = tf.fill<tf.Rank.R4>([2, 1, 1, 1], 3);
    const noisy = addNoise(schedule, ones, tf.fill<tf.Rank.R4>([2, 1, 1, 1], -2), [1, 7]).dataSync();
    [1, 7].forEach((t, i) => {
      const exact = Math.sqrt(alphaBars[t]) * 3 + Math.sqrt(1 - alphaBars[t]) * -2;
      // Five roundings of float32 on numbers below 4.
      expect(Math.abs(noisy[i] - exact)).toBeLessThan(5 * 4 * 2 ** -24);
    });
  });
});

describe('by angle', () => {
  it('images are mixed as cosine and sine of any time, and v is the target', () => {
    const process = angle({ steps: 1000 });
    const t = [0.5, 250.25, 999.5];
    const phi = t.map((time) => (time / 1000) * (Math.PI / 2));
    const flat = createObjective(process, {
      prediction: 'v',
      weighting: { type: 'uniform' },
      variance: { type: 'fixed' },
    });
    const told: number[] = [];
    const losses = flat(
      (x, time) => {
        told.push(...time.dataSync());
        const xt = x.dataSync();
        phi.forEach((angle, i) => {
          const exact = Math.cos(angle) * pixels[32 * i] + Math.sin(angle) * random(1)[32 * i];
          expect(Math.abs(xt[32 * i] - exact)).toBeLessThan(5 * 4 * 2 ** -24);
        });
        return tf.zerosLike(x);
      },
      { x0: x0(), eps: eps(), t },
    ).dataSync();
    expect(told).toEqual(t);
    phi.forEach((angle, i) => {
      const v = part(random(1), i).map((e, k) => Math.cos(angle) * e - Math.sin(angle) * part(pixels, i)[k]);
      expect(losses[i] / mean(v.map((value) => value ** 2))).toBeCloseTo(1, 5);
    });
  });
});

describe('in EDM preconditioning', () => {
  const process = edm({ sigmaData: 0.4, logMean: -0.7, logStd: 1.3, steps: 1001 });
  const forEdm = (denoiser: TrainableDenoiser, t: number[]) =>
    createObjective(process, {
      prediction: 'epsilon',
      weighting: { type: 'uniform' },
      variance: { type: 'fixed' },
    })(denoiser, { x0: x0(), eps: eps(), t }).dataSync();
  /** Φ⁻¹ of ½, of Φ(1) and of Φ(−2), from tables. */
  const quantiles = [0, 1, -2];
  const t = [0.5, 0.8413447460685429, 0.022750131948179195].map((share) => 1 + 1000 * share);
  const sigmas = quantiles.map((z) => Math.exp(-0.7 + 1.3 * z));

  it('the loss is λ(σ)·‖D(x0 + σε; σ) − x0‖² of D = c_skip·x + c_out·F(c_in·x, c_noise)', () => {
    const told: number[] = [];
    const losses = forEdm((x, time) => {
      told.push(...time.dataSync());
      return tf.mul(x, 0.3);
    }, t);
    sigmas.forEach((sigma, i) => {
      const total = sigma ** 2 + 0.4 ** 2;
      const [skip, out, scale] = [0.4 ** 2 / total, (sigma * 0.4) / Math.sqrt(total), 1 / Math.sqrt(total)];
      const errors = part(pixels, i).map((value, k) => {
        const x = value + sigma * part(random(1), i)[k];
        return skip * x + out * 0.3 * (scale * x) - value;
      });
      const weight = total / (sigma * 0.4) ** 2;
      expect(losses[i] / (weight * mean(errors.map((error) => error ** 2)))).toBeCloseTo(1, 4);
      expect(told[i]).toBeCloseTo(Math.log(sigma) / 4, 6);
    });
  });

  it('the ends of the distribution are finite', () => {
    for (const loss of forEdm((x) => tf.zerosLike(x), [1, 1001, 1000.9999])) {
      expect(loss).toBeGreaterThan(0);
      expect(loss).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });
});

describe.each(['epsilon', 'x0', 'v'] as const)('the loss of a network that predicts %s', (prediction) => {
  const targets = (image: number) => {
    const [signal, noise] = [schedule.sqrtAlphaBars[T[image]], schedule.sqrtOneMinusAlphaBars[T[image]]];
    const { x0: a, eps: b } = trainingTarget(prediction, signal, noise);
    return part(pixels, image).map((value, i) => a * value + b * part(random(1), image)[i]);
  };

  it('is 0 for the network that knows, and the mean square of the target for one that says zero', () => {
    const all = [0, 1, 2].flatMap(targets);
    const knowing = objective({ prediction })(() => tf.tensor4d(all, shape), { x0: x0(), eps: eps(), t: T });
    for (const loss of knowing.dataSync()) expect(loss).toBeLessThan(1e-12);
    const losses = objective({ prediction })(zero, { x0: x0(), eps: eps(), t: T }).dataSync();
    losses.forEach((loss, image) => {
      const exact = mean(targets(image).map((value) => value ** 2));
      expect(Math.abs(loss / exact - 1)).toBeLessThan(1e-5); // sums of 32 float32 squares
    });
  });

  it.each<[Weighting, (snr: number) => number]>([
    [{ type: 'min-snr', gamma: 2 }, (snr) => minSnrWeight(snr, prediction, 2)],
    // ‖ε̂ − ε‖² = SNR·‖x̂0 − x0‖² = ᾱ·‖v̂ − v‖²
    [
      { type: 'p2', k: 1, gamma: 0.5 },
      (snr) => p2Weight(snr, { k: 1, gamma: 0.5 }) * { epsilon: 1, x0: snr, v: snr / (1 + snr) }[prediction],
    ],
  ])('is weighted by its step: %o', (weighting, weight) => {
    const images = { x0: x0(), eps: eps(), t: T };
    const plain = objective({ prediction })(zero, images).dataSync();
    const weighted = objective({ prediction, weighting })(zero, images).dataSync();
    T.forEach((t, i) => {
      expect(Math.abs(weighted[i] / (plain[i] * weight(schedule.snr[t])) - 1)).toBeLessThan(1e-6);
    });
  });

  it('has the bound of the schedules package, in bits per dimension, t = 0 included', () => {
    const t = [0, 1, 6];
    const [output, v] = [random(2), random(3).map(Math.tanh)];
    const xt = addNoise(schedule, x0(), eps(), t);
    const four = (values: Float32Array) => tf.tensor4d(values, shape);
    const bounds = variationalBoundTerm({
      schedule,
      prediction,
      t,
      x0: x0(),
      xt,
      output: four(output),
      v: four(v),
    }).dataSync();
    t.forEach((time, image) => {
      const { bits } = stepTerms({
        schedule,
        prediction,
        t: time,
        variance: 'learned-range',
        clip: false,
        x0: part(pixels, image),
        eps: part(random(1), image),
        xt: part(xt.dataSync(), image),
        output: part(output, image),
        v: part(v, image),
      });
      // The logarithm of a difference of two distribution functions, each good to 2⁻²⁴, at t = 0; sums elsewhere.
      expect(Math.abs(bounds[image] / bits - 1)).toBeLessThan(time === 0 ? 1e-3 : 1e-5);
    });
  });
});

describe("the bound's terms", () => {
  it("are guided-diffusion's, wherever its clipping of x0 does nothing", () => {
    const cosine = createSchedule({ type: 'cosine', steps: golden.steps });
    const start = Float32Array.from(golden.x_start);
    const last = golden.steps - 1;
    let compared = 0;
    for (let t = 0; t <= last; t++) {
      const flat = (values: ArrayLike<number>) => tf.tensor4d(Float32Array.from(values), [2, 1, 1, 12]);
      const xt = addNoise(cosine, flat(start), flat(golden.noises_last_to_first[last - t]), [t, t]);
      const values = Array.from(xt.dataSync());
      const output = values.map((x) => 0.9 * x + 0.1 * Math.sin(3 * x + 0.01 * t));
      const v = values.map((x) => 0.5 * Math.sin(x + 0.003 * t));
      const bounds = variationalBoundTerm({
        schedule: cosine,
        prediction: 'epsilon',
        t: [t, t],
        x0: flat(start),
        xt,
        output: flat(output),
        v: flat(v),
      }).dataSync();
      const { fromX, fromOutput } = x0From('epsilon', cosine.sqrtAlphaBars[t], cosine.sqrtOneMinusAlphaBars[t]);
      const isClipped = (i: number) => Math.abs(fromX * values[i] + fromOutput * output[i]) > 1;
      for (const image of [0, 1]) {
        if (Array.from({ length: 12 }, (_, i) => 12 * image + i).some(isClipped)) continue;
        compared++;
        const theirs = golden.vb_per_step[image][last - t];
        // Ours is float32, where a small term is a difference of numbers around 1; theirs float64.
        expect(Math.abs(bounds[image] - theirs)).toBeLessThan(1e-5 * Math.max(1, theirs));
      }
    }
    expect(compared).toBeGreaterThan(10);
  });
});

describe('a learned variance', () => {
  const both = (m: tf.Tensor, v: tf.Tensor) => tf.concat([m, v], 3) as tf.Tensor4D;
  const m = () => tf.tensor4d(random(2), shape);
  const v = () => tf.tensor4d(random(3).map(Math.tanh), shape);
  const learned = objective({ variance: { type: 'learned-range', vlbWeight: 0.01 } });

  it('adds λ·T·(a term of the bound) to the simple loss', () => {
    const images = { x0: x0(), eps: eps(), t: T };
    const simple = objective()(m, images).dataSync();
    const xt = addNoise(schedule, x0(), eps(), T);
    const bound = variationalBoundTerm({
      schedule,
      prediction: 'epsilon',
      t: T,
      x0: x0(),
      xt,
      output: m(),
      v: v(),
    }).dataSync();
    learned(() => both(m(), v()), images)
      .dataSync()
      .forEach((loss, i) => {
        expect(Math.abs(loss - (simple[i] + 0.01 * 8 * bound[i]))).toBeLessThan(1e-5);
      });
  });

  it('leaves the mean to the simple loss, and v to the bound', () => {
    const gradient = (loss: typeof learned, network: (m: tf.Tensor, v: tf.Tensor) => tf.Tensor4D) =>
      tf
        .grads((a: tf.Tensor, b: tf.Tensor) => tf.sum(loss(() => network(a, b), { x0: x0(), eps: eps(), t: T })))([
          m(),
          v(),
        ])
        .map((g) => Array.from(g.dataSync()));
    const [byMean, byV] = gradient(learned, both);
    const [simple] = gradient(objective(), (a, b) => tf.add(a, tf.mul(b, 0)) as tf.Tensor4D);
    expect(byMean).toEqual(simple);
    // Against the difference quotient of the bound in float64.
    const bits = (shift: number) =>
      stepTerms({
        schedule,
        t: T[0],
        variance: 'learned-range',
        clip: false,
        x0: part(pixels, 0),
        eps: part(random(1), 0),
        xt: part(addNoise(schedule, x0(), eps(), T).dataSync(), 0),
        output: part(random(2), 0),
        v: part(v().dataSync(), 0).map((value, i) => (i === 5 ? value + shift : value)),
      }).bits;
    const exact = (0.01 * 8 * (bits(1e-4) - bits(-1e-4))) / 2e-4;
    expect(Math.abs(byV[5] / exact - 1)).toBeLessThan(1e-4);
  });

  it('needs a network of twice the channels, and only then', () => {
    const images = { x0: x0(), eps: eps(), t: T };
    expect(() => learned(m, images)).toThrow(/gives \[3,4,4,2\] .* where \[3,4,4,4\] is needed .*twice the channels/);
    expect(() => objective()(() => both(m(), v()), images)).toThrow(/where \[3,4,4,2\] is needed/);
  });
});
