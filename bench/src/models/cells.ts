import { drawImages, type Model } from '@denoiser/backend-node';
import { frechetInceptionDistance, precisionRecall, slicedWasserstein, type Vectors } from '@denoiser/metrics';
import { fromBytes, toBytes } from '@denoiser/pipeline/pixels';
import { evaluations, planFor, type SamplerOptions, samplers } from '@denoiser/samplers';
import { type Classifier, classify, isRight } from './classifier';

/** A way to draw, under a name. */
export interface Way {
  readonly name: string;
  readonly options: Omit<SamplerOptions, 'inpaint'>;
}

/** What pictures that were drawn in a way are worth. */
export interface Cell {
  readonly calls: number;
  readonly count: number;
  /** Share that the classifier takes for the class that was asked for; null without classes. */
  readonly recognized: number | null;
  readonly fid: number;
  readonly precision: number;
  readonly recall: number;
  readonly slicedWasserstein: number;
  readonly secondsEach: number;
  /** The first pictures, as bytes in base64. */
  readonly pictures: string;
}

/** What pictures are compared with. */
export interface Reference {
  readonly pixels: Vectors;
  readonly features: Vectors;
}

/** Pictures of a cell that are kept to be shown. */
export const SHOWN = 4;

/** The steps at which solvers are compared, and the solvers. */
export function waysByStep(steps: readonly number[]): Way[] {
  const solvers: Way[] = [
    { name: 'ddpm, β', options: { sampler: 'ddpm', variance: 'beta' } },
    { name: 'ddpm, posterior', options: { sampler: 'ddpm', variance: 'posterior' } },
    { name: 'ddim', options: { sampler: 'ddim' } },
    { name: 'dpmpp-2m', options: { sampler: 'dpmpp-2m' } },
    { name: 'unipc', options: { sampler: 'unipc' } },
  ];
  return solvers.flatMap(({ name, options }) => steps.map((n) => ({ name, options: { ...options, steps: n } })));
}

/** Every named sampler that draws from noise alone with this model, at its default steps. */
export function namedWays(model: Model): Way[] {
  return Object.entries(samplers)
    .filter(
      ([name, sampler]) => sampler.kinds.includes(model.process.kind) && !sampler.needsInpainting && name !== 'lcm',
    )
    .map(([name]) => ({ name, options: { sampler: name } }));
}

/** Pictures of a way that have been drawn so far, as bytes in base64, and the time that it took. */
export interface Drawn {
  readonly bytes: string;
  readonly seconds: number;
}

/** Where what has been drawn of a way is kept, so that hours of it survive an interruption. */
export interface Kept {
  read(): Drawn | undefined;
  write(drawn: Drawn): void;
}

/** Draws `count` pictures in a way, the classes in turn, batch by batch, and measures them. */
export async function measure(
  model: Model,
  way: Way,
  o: {
    classifier: Classifier;
    reference: Reference;
    count: number;
    guidance: number;
    seed: number;
    batchSize: number;
    kept: Kept;
  },
): Promise<Cell> {
  const { classifier, reference, count, seed } = o;
  const { bytes, labels: asked, seconds } = await drawn(model, way, o);
  const data = fromBytes(bytes); // as files have them
  const { labels, features } = await classify(classifier, { data, shape: model.imageShape });
  const size = sizeOf(model);
  return {
    calls: evaluations(planFor(model, way.options)),
    count,
    recognized: asked && recognized(model, classifier, asked, labels),
    fid: frechetInceptionDistance(reference.features, features),
    ...precisionRecall(reference.features, features),
    slicedWasserstein: slicedWasserstein(reference.pixels, { data, dimensions: size }, { seed }),
    secondsEach: seconds / count,
    pictures: Buffer.from(bytes.subarray(0, SHOWN * size)).toString('base64'),
  };
}

async function drawn(
  model: Model,
  way: Way,
  o: { count: number; guidance: number; seed: number; batchSize: number; kept: Kept },
) {
  const { count, guidance, seed, batchSize, kept } = o;
  const size = sizeOf(model);
  const classes = dealt(model.classNames.length, count);
  const labels = classes.length > 0 ? Array.from({ length: count }, (_, i) => classes[i % classes.length] as number) : null; // biome-ignore format: one thing
  const before = kept.read();
  const bytes = new Uint8Array(count * size);
  let seconds = before?.seconds ?? 0;
  let done = 0;
  if (before) {
    const earlier = Buffer.from(before.bytes, 'base64');
    bytes.set(earlier);
    done = earlier.length / size;
  }
  while (done < count) {
    const began = performance.now();
    const indices = Array.from({ length: Math.min(batchSize, count - done) }, (_, i) => done + i);
    const images = await drawImages(model, {
      ...way.options,
      ...{ indices, seed, batchSize },
      ...(labels && { guidance, classes: indices.map((i) => labels[i] as number) }),
    });
    bytes.set(toBytes(images.data), done * size);
    done += indices.length;
    seconds += (performance.now() - began) / 1000;
    kept.write({ bytes: Buffer.from(bytes.subarray(0, done * size)).toString('base64'), seconds });
  }
  return { bytes, labels, seconds };
}

const sizeOf = ({ imageShape }: Model) => imageShape.reduce((a, b) => a * b);

/** Classes in turn; where there are more than pictures, spread over all of them. */
function dealt(classes: number, count: number): number[] {
  if (count >= classes) return Array.from({ length: classes }, (_, i) => i);
  return Array.from({ length: count }, (_, i) => Math.floor((i * classes) / count));
}

/** Returns the share of pictures that a classifier takes for the class that was asked for. */
export function recognized(
  model: Pick<Model, 'classNames'>,
  classifier: Classifier,
  asked: readonly number[],
  found: Int32Array,
): number {
  const right = asked.filter((label, i) => {
    const wanted = classifier.classNames.indexOf(model.classNames[label] as string);
    return isRight(classifier, found[i] as number, wanted);
  });
  return right.length / asked.length;
}
