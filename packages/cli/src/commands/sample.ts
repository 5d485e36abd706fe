import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { prepareFolder, selectDevice } from '@denoiser/backend-node';
import { evaluations, findSampler, type Guidance, inversionPlansFor, planFor } from '@denoiser/samplers';
import { enableProdMode } from '@tensorflow/tfjs-core';
import { chooseClasses } from '../classes';
import { dealLabels, draw, gridColumns, writeGrid } from '../draw';
import { CommandError, Interrupted } from '../errors';
import { rowsBetween } from '../interpolation';
import { catchInterrupt } from '../interrupt';
import { invert } from '../inversion';
import { checkPictures, type PictureOptions, readPictures } from '../pictures';
import { openSource, type SampleSource, type SourceOptions } from '../sample-source';
import { type SamplerFlags, samplerOptions } from '../sampling-plan';
import { samplingProgress } from '../sampling-progress';
import { describeDevice, list } from '../text';
import { createTrajectory } from '../trajectory';

export interface SampleOptions extends SourceOptions, Omit<SamplerFlags, 'inpaint' | 'strength'>, PictureOptions {
  list?: boolean;
  count?: number;
  class?: string[];
  seed: number;
  interpolate?: readonly [number, number];
  out: string;
  columns?: number;
  trajectory?: string;
  guidance: number;
  guidanceRescale?: number;
  guidanceInterval?: readonly [number, number];
  negativeClass?: string;
  inpaint?: string;
  batchSize: number;
  device: string;
}

/** Pictures unless `--count` says otherwise, of a network without classes. */
const COUNT = 16;
/** Pictures between two seeds. */
const BETWEEN = 8;
/** Share of the steps that `--from` takes. */
const STRENGTH = 0.6;

const bad = (message: string) => new CommandError('bad-option', message);

/** `denoiser sample <run>` */
export async function sample(path: string | undefined, options: SampleOptions): Promise<void> {
  if (path === undefined) {
    throw new CommandError(
      'no-source',
      "Say what to sample from: 'denoiser sample <run>', a run folder or a .safetensors file.",
    );
  }
  checkTogether(options);
  await checkOutput('--out', options.out);
  if (options.trajectory !== undefined) await checkOutput('--trajectory', options.trajectory);
  enableProdMode(); // keeps tfjs quiet
  const device = await selectDevice({ device: options.device });
  const source = await openSource(path, options);
  const interrupt = catchInterrupt(() => {});
  const progress = await samplingProgress(process.stdout);
  const print = (text: string) => {
    progress.stop();
    process.stdout.write(`${text}\n`);
  };
  const begin = (drawing: string) =>
    print(list({ weights: source.description, device: describeDevice(device), drawing }));
  const context = { source, options, begin, signal: interrupt.signal, onStep: progress.update };
  try {
    const written = await (options.invert === undefined ? drawGrid(context) : drawInversion(context));
    for (const line of written) print(line);
  } catch (error) {
    if (interrupt.signal.aborted) throw new Interrupted('Stopped; nothing was written.');
    throw error;
  } finally {
    progress.stop();
    interrupt.release();
    source.model.dispose();
  }
}

interface Context {
  source: SampleSource;
  options: SampleOptions;
  /** Tells what will be drawn. */
  begin(drawing: string): void;
  signal: AbortSignal;
  onStep(done: number, total: number): void;
}

/** Draws the grid, and the trajectory if it is wanted; gives the files' names. */
async function drawGrid({ source, options, begin, signal, onStep }: Context): Promise<string[]> {
  const { model, imageShape, classNames } = source;
  const { out, seed, interpolate, batchSize } = options;
  const classes = chooseClasses(options.class, classNames);
  const strength = options.from === undefined ? undefined : (options.strength ?? STRENGTH);
  const plan = planFor(source, samplerOptions({ ...options, strength }));
  const guidance = guidanceOf(options, classNames);
  const { from, inpaint } = await readPictures(options, imageShape);
  const across = options.count ?? (interpolate ? BETWEEN : classes.length || COUNT);
  const count = interpolate ? across * (classes.length || 1) : across;
  const labels = interpolate
    ? Array.from({ length: count }, (_, i) => classes[Math.floor(i / across)] as number)
    : dealLabels(count, classes);

  const { name } = findSampler(options.sampler ?? 'ddpm');
  const calls = evaluations(plan);
  const seeds = interpolate ? `seeds ${interpolate.join(' to ')}` : `seed ${seed}`;
  begin(`${count} pictures of ${imageShape[0]}×${imageShape[1]} by ${name} in ${calls} steps, ${seeds}`);
  const pixels = imageShape.reduce((a, b) => a * b);
  const trajectory = options.trajectory ? createTrajectory({ count, pixels, total: calls }) : undefined;
  const data = await draw({
    denoiser: model.denoiser(),
    plan,
    imageShape,
    count,
    labels: classNames.length > 0 ? labels : undefined,
    guidance,
    seed,
    noise: interpolate && rowsBetween(interpolate, across),
    image: from,
    inpaint,
    batchSize,
    signal,
    onStep,
    watch: trajectory?.watch,
  });
  const columns = options.columns ?? (interpolate ? across : gridColumns(count, classes.length));
  await writeGrid(out, { data, count, imageShape }, columns);
  if (!trajectory || !options.trajectory) return [out];
  const steps = { data: trajectory.data, count: count * trajectory.columns, imageShape };
  await writeGrid(options.trajectory, steps, trajectory.columns);
  return [out, options.trajectory];
}

/** Draws a picture, the noise that DDIM makes it from, and what it makes from that. */
async function drawInversion({ source, options, begin, signal, onStep }: Context): Promise<string[]> {
  const { model, imageShape, classNames } = source;
  const [label = -1, ...more] = options.class ? chooseClasses(options.class, classNames) : [];
  if (more.length > 0) throw bad('--invert is of one picture, which is of one class; give --class once.');
  const { invert: up, draw: down } = inversionPlansFor(source, samplerOptions(options));
  const { invert: image } = await readPictures(options, imageShape);
  const total = evaluations(up) + evaluations(down);
  begin(`${options.invert}, the noise it comes from and what comes from that, in ${total} steps of ddim`);
  let done = 0;
  const { noise, reconstruction } = await invert({
    denoiser: model.denoiser(),
    up,
    down,
    image: image as Float32Array,
    imageShape,
    label: classNames.length > 0 ? label : undefined,
    signal,
    onStep: () => onStep(++done, total),
  });
  const data = new Float32Array(3 * reconstruction.length);
  [image as Float32Array, noise.map((value) => value / 3), reconstruction].forEach((part, i) => {
    data.set(part, i * part.length);
  });
  await writeGrid(options.out, { data, count: 3, imageShape }, 3);
  const squares = reconstruction.reduce((sum, value, i) => sum + (value - (image?.[i] ?? 0)) ** 2, 0);
  const error = Math.sqrt(squares / reconstruction.length);
  return [
    `${options.out}: the picture, its noise, the picture drawn from it (they differ by ${error.toFixed(3)}, root mean square of −1 … 1)`,
  ];
}

function guidanceOf(options: SampleOptions, classNames: readonly string[]): Guidance {
  const { guidance: scale, guidanceRescale, guidanceInterval, negativeClass } = options;
  const [negative] = negativeClass === undefined ? [] : chooseClasses([negativeClass], classNames, '--negative-class');
  const stray = guidanceRescale !== undefined ? '--guidance-rescale' : guidanceInterval && '--guidance-interval';
  if (stray && classNames.length === 0) {
    throw bad(`${stray} needs classes, and this network was trained without; leave it out.`);
  }
  return {
    scale,
    ...(negative !== undefined && { negative }),
    ...(guidanceRescale !== undefined && { rescale: guidanceRescale }),
    ...(guidanceInterval && { interval: guidanceInterval }),
  };
}

/** One sentence for options that contradict each other, whatever the model. */
function checkTogether(options: SampleOptions): void {
  checkPictures(options);
  if (options.invert === undefined) return;
  const strangers = { count: '--count', interpolate: '--interpolate', trajectory: '--trajectory' } as const;
  const stray = (Object.keys(strangers) as (keyof typeof strangers)[]).find((name) => options[name] !== undefined);
  if (stray) throw bad(`--invert is of one picture; leave out ${strangers[stray]}.`);
}

/** Finds out before the work whether its result can be written. */
async function checkOutput(flag: string, out: string): Promise<void> {
  if (existsSync(out) && statSync(out).isDirectory()) {
    throw bad(`${flag} ${out} is a folder; give the name of a PNG file, like ${out}/grid.png.`);
  }
  if (!/\.png$/i.test(out)) throw bad(`${flag} ${out} must end with .png, for that is what is written.`);
  await prepareFolder(dirname(out));
}
