import { writePngGrid } from '@denoiser/backend-node';
import {
  createPlan,
  type Denoiser,
  ddpm,
  evaluations,
  type Guidance,
  type NoiseSource,
  type Plan,
  sampleImages,
  type TensorStep,
} from '@denoiser/samplers';
import { type Schedule, spacedTimesteps } from '@denoiser/schedules';
import { dispose, type Tensor4D, tensor, tensor1d, tidy, tile } from '@tensorflow/tfjs-core';

export interface PlanChoice {
  /** 'learned-range' for networks that learned it. */
  variance: 'posterior' | 'beta' | 'learned-range';
  /** How many of the steps; default all. */
  steps?: number;
  clip: boolean;
  /** t = T−1 … 1 as the original program instead of T−1 … 0. */
  original: boolean;
  /** What the network gives; default 'epsilon'. */
  prediction?: 'epsilon' | 'x0' | 'v';
}

/** The DDPM plan of these choices; a subset of steps is spread evenly, both ends included. */
export function ddpmPlan(schedule: Schedule, { variance, steps, clip, original, prediction }: PlanChoice): Plan {
  const options = { process: schedule, solver: ddpm({ variance }), threshold: clip, prediction };
  if (!original) {
    return createPlan({ ...options, spacing: steps === undefined ? 'all' : { type: 'linspace', steps } });
  }
  if (steps === undefined) return createPlan({ ...options, spacing: 'original' });
  const timesteps = spacedTimesteps(schedule.steps - 1, { type: 'linspace', steps }).map((t) => t + 1);
  return createPlan({ ...options, spacing: { type: 'explicit', timesteps }, end: 'first' });
}

export interface DrawOptions {
  denoiser: Denoiser;
  plan: Plan;
  imageShape: readonly [height: number, width: number, channels: number];
  count: number;
  /** Class of each picture; absent for a network without classes. */
  labels?: readonly number[];
  /** Its scale, or all of it. */
  guidance: number | Guidance;
  seed: number;
  /** Default: that of the seed. */
  noise?: NoiseSource;
  /** What the plan begins with, [H, W, C]. */
  image?: Float32Array;
  /** What is kept where the mask [H, W] is 0, and filled where it is 1. */
  inpaint?: { image: Float32Array; mask: Float32Array };
  /** Pictures drawn at once. */
  batchSize: number;
  signal?: AbortSignal;
  /** Told of each evaluation of the model, of all batches. */
  onStep?: (done: number, total: number) => void;
  /** Shown each step of the batch whose first picture is number `first`, and waited for. */
  watch?: (step: TensorStep, first: number) => Promise<void>;
}

/** Draws pictures [count, H, W, C], values about [−1, 1]. Picture i depends on the seed and i, not on the batch size. */
export async function draw(options: DrawOptions): Promise<Float32Array> {
  const { denoiser, plan, imageShape, count, labels, guidance, seed, noise, batchSize, signal } = options;
  const pixels = imageShape.reduce((a, b) => a * b);
  const result = new Float32Array(count * pixels);
  const perBatch = evaluations(plan);
  const total = perBatch * Math.ceil(count / batchSize);
  let done = 0;
  for (let first = 0; first < count; first += batchSize) {
    const indices = Array.from({ length: Math.min(batchSize, count - first) }, (_, i) => first + i);
    const classes = labels && tensor1d(labels.slice(first, first + indices.length), 'int32');
    const repeated = (values: Float32Array, channels: number): Tensor4D =>
      tidy(() => tile(tensor(values, [1, imageShape[0], imageShape[1], channels]), [indices.length, 1, 1, 1]));
    const image = options.image && repeated(options.image, imageShape[2]);
    const inpaint = options.inpaint && {
      image: repeated(options.inpaint.image, imageShape[2]),
      mask: repeated(options.inpaint.mask, 1),
    };
    try {
      const images = await sampleImages({
        denoiser,
        plan,
        shape: [indices.length, ...imageShape],
        seed,
        indices,
        conditioning: classes && { labels: classes },
        guidance: typeof guidance === 'number' ? { scale: guidance } : guidance,
        noise,
        image,
        inpaint,
        signal,
        onStep: async (step) => {
          options.onStep?.(++done, total);
          await options.watch?.(step, first);
        },
      });
      result.set(await images.data<'float32'>(), first * pixels);
      images.dispose();
    } finally {
      dispose([classes, image, inpaint?.image, inpaint?.mask].filter((tensor) => tensor !== undefined));
    }
  }
  return result;
}

/** Pictures as one PNG. With classes dealt in turn, each has a column. */
export async function writeGrid(
  path: string,
  pictures: { data: Float32Array; count: number; imageShape: DrawOptions['imageShape'] },
  columns: number,
): Promise<void> {
  const { data, imageShape } = pictures;
  await writePngGrid(path, { data, imageShape }, { columns });
}

const WIDEST = 40;

/** One column for each class, or as square as it gets. */
export const gridColumns = (count: number, classes: number): number =>
  classes > 1 && classes <= WIDEST && classes <= count ? classes : Math.ceil(Math.sqrt(count));

/** The classes dealt out in turn: picture i is of class i mod the number of classes. */
export const dealLabels = (count: number, classes: readonly number[]): number[] =>
  Array.from({ length: count }, (_, i) => classes[i % classes.length] as number);
