import {
  type DrawingPlan,
  type DrawOptions,
  drawImages,
  type Images,
  interpolate,
  invert,
  type Model,
  type PictureSettings,
  trajectory,
} from '@denoiser/backend-node';
import { findSampler } from '@denoiser/samplers';
import { warnAmongImages } from '../among-images';
import { commandOutput } from '../command-output';
import { CommandError } from '../errors';
import { flagOf } from '../flag';
import { openOnDevice } from '../open-on-device';
import { checkPictures, picturesOf } from '../pictures';
import type { Host } from '../process/host';
import { likePicture, settingsOf } from '../sampling/like';
import {
  type PictureOutput,
  pictureOutput,
  type TrajectoryOutput,
  toldFiles,
  trajectoryOutput,
} from '../sampling/output';
import type { SampleFlags } from '../sampling/sample-flags';
import { sampleSource } from '../sampling/sample-source';
import { type Word, wordOf } from '../sampling/word';
import { samplerOptions } from '../sampling-plan';
import { samplingProgress } from '../sampling-progress';
import { count as counted, list } from '../text';

const invalid = (message: string) => new CommandError('option-invalid', message);

/** `denoiser sample <run>` */
export async function sample(run: string | undefined, given: SampleFlags, { signal }: Host): Promise<void> {
  const { run: named, flags: asked } = await likePicture(run, given);
  const { path, flags } = sampleSource(named, asked);
  if (path === undefined) {
    throw new CommandError(
      'model-missing',
      "Say what to sample from: 'denoiser sample <run>', a run folder, a .safetensors or an .onnx file, or --model and a name.",
    );
  }
  checkIgnored(given);
  checkTogether(flags);
  const output = await pictureOutput(flags.out, flags);
  const onTheWay = flags.trajectory === undefined ? undefined : await trajectoryOutput(flags.trajectory);
  for (const out of [flags.out, flags.trajectory]) if (out !== undefined) await warnAmongImages(out, path);
  const { model, device } = await openOnDevice(path, flags);
  const { words, result } = commandOutput({ isJson: flags.json });
  const progress = samplingProgress(words);
  const print = (text: string) => {
    progress.stop();
    words.write(`${text}\n`);
  };
  const begin = (drawing: string) => print(list({ weights: model.description, device, drawing }));
  const settings: Context['settings'] = (images) =>
    settingsOf(flags.model === undefined ? path : undefined, flags, model, images);
  const context = { model, flags, output, onTheWay, settings, begin, signal, onProgress: progress.update };
  try {
    const { lines, ...drawn } = await (flags.invert === undefined ? drawGrid(context) : drawInversion(context));
    for (const line of lines) print(line);
    result({ weights: model.description, ...drawn });
  } finally {
    progress.stop();
    model.dispose();
  }
}

interface Context {
  model: Model;
  flags: SampleFlags;
  output: PictureOutput;
  onTheWay: TrajectoryOutput | undefined;
  /** What is written into pictures of how they were drawn. */
  settings(images: Pick<Images, 'count' | 'labels'>): (image?: number) => PictureSettings;
  /** Tells what will be drawn. */
  begin(drawing: string): void;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** What has been drawn, for people in lines. */
interface Drawn {
  lines: string[];
  /** The pictures' files. */
  files: string[];
  trajectory?: string;
  /** How they were drawn, as the files say it. */
  settings: PictureSettings;
  /** Of an inversion: how far the picture drawn again is from the picture. */
  error?: number;
}

/** Draws the pictures, and the trajectory if it is wanted. */
async function drawGrid(context: Context): Promise<Drawn> {
  const { model, flags, output, onTheWay, settings, begin, signal, onProgress } = context;
  const { seed = 0, count, indices, batchSize, interpolate: ends, columns } = flags;
  const { name } = findSampler(flags.sampler ?? model.sampler?.sampler ?? 'ddpm');
  const { inpaint: _, strength: __, ...way } = samplerOptions(flags); // those are of the pictures
  const [height, width] = model.imageShape;
  const word = flags.text === undefined ? undefined : wordOf(flags.text, model.classNames);
  const rows = word ? (count ?? 1) : 1;
  const last = seed + rows - 1;
  const seeds = ends ? `seeds ${ends.join(' to ')}` : last > seed ? `seeds ${seed} to ${last}` : `seed ${seed}`;
  const common = {
    ...way,
    ...guidanceOf(flags),
    ...whatOf(flags, word),
    ...(batchSize !== undefined && { batchSize }),
    signal,
    onBegin: (drawing: DrawingPlan) =>
      begin(
        `${counted(drawing.count, 'picture')} of ${height}×${width} by ${name} in ${counted(drawing.steps, 'step')}, ${seeds}`,
      ),
    onProgress,
  };
  const drawing = ends
    ? interpolate(model, { ...common, from: ends[0], to: ends[1] })
    : drawImages(model, { ...common, seed, ...(indices && { indices }), ...sharingOf(flags), ...picturesOf(flags) });
  const { images, steps } = onTheWay ? await trajectory(drawing, onTheWay.columns) : { images: await drawing };
  const of = settings(images);
  const prefix = `${seeds.replaceAll(' ', '-')}-`;
  const files = await output.write(word && !output.isFolder ? word.withBlanks(images) : images, {
    ...{ prefix, numbers: indices, columns, settings: of },
    ...(word && { columns: word.columns, padding: 0 }), // letters stand next to each other
  });
  if (steps) await onTheWay?.write(steps, of());
  return {
    lines: [toldFiles(files), ...(flags.trajectory === undefined ? [] : [flags.trajectory])],
    files,
    ...(flags.trajectory !== undefined && { trajectory: flags.trajectory }),
    settings: of(),
  };
}

/** Draws a picture, the noise that DDIM makes it from, and what it makes from that. */
async function drawInversion(context: Context): Promise<Drawn> {
  const { model, flags, output, settings, begin, signal, onProgress } = context;
  const [label, ...more] = flags.class ?? [];
  if (more.length > 0) throw invalid('--invert is of one picture, which is of one class; give --class once.');
  const { picture, noise, reconstruction, error } = await invert(model, {
    ...samplerOptions(flags),
    image: flags.invert as string,
    ...(label !== undefined && { class: label }),
    signal,
    onBegin: ({ steps }) =>
      begin(`${flags.invert}, the noise it comes from and what comes from that, in ${counted(steps, 'step')} of ddim`),
    onProgress,
  });
  const data = new Float32Array(3 * picture.data.length);
  // Most normals lie within 3, pixels within 1.
  [picture.data, noise.data.map((value) => value / 3), reconstruction.data].forEach((part, i) => {
    data.set(part, i * part.length);
  });
  const of = settings({ count: 3 });
  const images = { data, imageShape: model.imageShape, columns: 3 };
  const files = await output.write(images, { prefix: 'inversion-', columns: flags.columns, settings: of });
  const differ = `they differ by ${error.toFixed(3)}, root mean square of −1 … 1`;
  return {
    lines: [`${toldFiles(files)}: the picture, its noise, the picture drawn from it (${differ})`],
    files,
    settings: of(),
    error,
  };
}

/** Which images the flags ask for: classes, or the characters of a text in rows. */
function whatOf(
  { class: classes, count }: SampleFlags,
  word: Word | undefined,
): Pick<DrawOptions, 'classes' | 'count'> {
  if (word) return { classes: word.classes, count: word.classes.length * (count ?? 1) };
  return { ...(classes && { classes }), ...(count !== undefined && { count }) };
}

/** Whether neighbours share their noise. */
const sharingOf = ({ text, sharedNoise }: SampleFlags): Pick<DrawOptions, 'sharedNoise'> =>
  text !== undefined || sharedNoise ? { sharedNoise: true } : {};

/** What the flags say of guidance, as `drawImages` takes it. */
function guidanceOf(flags: SampleFlags): Pick<DrawOptions, 'guidance' | 'negativeClass'> {
  const { guidance: scale, guidanceRescale: rescale, guidanceInterval: interval, negativeClass } = flags;
  const isGiven = [flags.guidance, rescale, interval].some((flag) => flag !== undefined);
  return {
    ...(isGiven && {
      guidance: {
        ...(scale !== undefined && { scale }),
        ...(rescale !== undefined && { rescale }),
        ...(interval && { interval }),
      },
    }),
    ...(negativeClass !== undefined && { negativeClass }),
  };
}

/** What the inversion of a picture has no use for. */
const OF_MANY = [
  ...(['count', 'interpolate', 'trajectory', 'seed', 'columns', 'text', 'sharedNoise'] as const),
  ...(['guidance', 'guidanceRescale', 'guidanceInterval', 'negativeClass'] as const),
];

/** One sentence for options that were given and would be ignored. */
function checkIgnored(given: SampleFlags): void {
  const useless = OF_MANY.find((name) => given[name] !== undefined);
  if (given.invert !== undefined && useless) {
    throw invalid(`--invert is of one picture, and has no use for ${flagOf(useless)}; leave it out.`);
  }
  if (given.interpolate && given.seed !== undefined) {
    throw invalid(`--interpolate ${given.interpolate.join(':')} names both seeds; leave out --seed.`);
  }
}

/** One sentence for options that contradict each other, whatever the model. */
function checkTogether(flags: SampleFlags): void {
  checkPictures(flags);
  const picture = flags.from !== undefined ? '--from' : flags.inpaint !== undefined && '--inpaint';
  const other = (['class', 'interpolate', 'columns'] as const).find((name) => flags[name] !== undefined);
  if (flags.text !== undefined && other) {
    throw invalid(`--text is a row of its characters, and has no use for ${flagOf(other)}; leave it out.`);
  }
  if (flags.interpolate && flags.sharedNoise) {
    throw invalid('--interpolate says which noise a picture has; leave out --shared-noise.');
  }
  if (flags.interpolate && picture) throw invalid(`--interpolate leads from noise to noise; leave out ${picture}.`);
}
