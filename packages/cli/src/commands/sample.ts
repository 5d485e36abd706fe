import { existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type DrawingPlan,
  type DrawOptions,
  drawImages,
  interpolate,
  invert,
  type Model,
  prepareFolder,
  selectDevice,
  trajectory,
  writePngGrid,
} from '@denoiser/backend-node';
import { findSampler } from '@denoiser/samplers';
import { warnAmongImages } from '../among-images';
import { CommandError } from '../errors';
import { flagOf } from '../flag';
import { openSource, type SourceFlags } from '../open-source';
import { checkPictures, type PictureFlags, picturesOf } from '../pictures';
import type { Host } from '../process/host';
import { type SamplerFlags, samplerOptions } from '../sampling-plan';
import { samplingProgress } from '../sampling-progress';
import { count as counted, describeDevice, list } from '../text';

export interface SampleFlags extends SourceFlags, Omit<SamplerFlags, 'inpaint' | 'strength'>, PictureFlags {
  list?: boolean;
  count?: number;
  class?: string[];
  seed?: number;
  interpolate?: readonly [number, number];
  out: string;
  columns?: number;
  trajectory?: string;
  guidance?: number;
  guidanceRescale?: number;
  guidanceInterval?: readonly [number, number];
  negativeClass?: string;
  batchSize?: number;
  device: string;
}

const invalid = (message: string) => new CommandError('option-invalid', message);

/** `denoiser sample <run>` */
export async function sample(path: string | undefined, flags: SampleFlags, { signal }: Host): Promise<void> {
  if (path === undefined) {
    throw new CommandError(
      'source-missing',
      "Say what to sample from: 'denoiser sample <run>', a run folder or a .safetensors file.",
    );
  }
  checkTogether(flags);
  await checkOutput('--out', flags.out);
  if (flags.trajectory !== undefined) await checkOutput('--trajectory', flags.trajectory);
  const device = await selectDevice({ device: flags.device });
  for (const out of [flags.out, flags.trajectory]) if (out !== undefined) await warnAmongImages(out, path);
  const model = await openSource(path, flags);
  const progress = samplingProgress(process.stdout);
  const print = (text: string) => {
    progress.stop();
    process.stdout.write(`${text}\n`);
  };
  const begin = (drawing: string) =>
    print(list({ weights: model.description, device: describeDevice(device), drawing }));
  const context = { model, flags, begin, signal, onProgress: progress.update };
  try {
    const written = await (flags.invert === undefined ? drawGrid(context) : drawInversion(context));
    for (const line of written) print(line);
  } finally {
    progress.stop();
    model.dispose();
  }
}

interface Context {
  model: Model;
  flags: SampleFlags;
  /** Tells what will be drawn. */
  begin(drawing: string): void;
  signal: AbortSignal;
  onProgress(done: number, total: number): void;
}

/** Draws the grid, and the trajectory if it is wanted; returns the lines that say so. */
async function drawGrid({ model, flags, begin, signal, onProgress }: Context): Promise<string[]> {
  const { out, seed = 0, class: classes, count, batchSize, interpolate: ends } = flags;
  const { name } = findSampler(flags.sampler ?? 'ddpm');
  const { inpaint: _, strength: __, ...way } = samplerOptions(flags); // those are of the pictures
  const [height, width] = model.imageShape;
  const seeds = ends ? `seeds ${ends.join(' to ')}` : `seed ${seed}`;
  const common = {
    ...way,
    ...guidanceOf(flags),
    ...(classes && { classes }),
    ...(count !== undefined && { count }),
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
    : drawImages(model, { ...common, seed, ...picturesOf(flags) });
  const columns = flags.columns === undefined ? {} : { columns: flags.columns };
  if (flags.trajectory === undefined) {
    await writePngGrid(out, await drawing, columns);
    return [out];
  }
  const { images, steps } = await trajectory(drawing);
  await writePngGrid(out, images, columns);
  await writePngGrid(flags.trajectory, steps);
  return [out, flags.trajectory];
}

/** Draws a picture, the noise that DDIM makes it from, and what it makes from that. */
async function drawInversion({ model, flags, begin, signal, onProgress }: Context): Promise<string[]> {
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
  await writePngGrid(flags.out, { data, imageShape: model.imageShape, columns: 3 });
  return [
    `${flags.out}: the picture, its noise, the picture drawn from it (they differ by ${error.toFixed(3)}, root mean square of −1 … 1)`,
  ];
}

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
  ...(['count', 'interpolate', 'trajectory', 'seed', 'columns'] as const),
  ...(['guidance', 'guidanceRescale', 'guidanceInterval', 'negativeClass'] as const),
];

/** One sentence for options that contradict each other, whatever the model. */
function checkTogether(flags: SampleFlags): void {
  checkPictures(flags);
  const given = OF_MANY.find((name) => flags[name] !== undefined);
  if (flags.invert !== undefined && given) {
    throw invalid(`--invert is of one picture, and has no use for ${flagOf(given)}; leave it out.`);
  }
  if (flags.interpolate && flags.seed !== undefined) {
    throw invalid(`--interpolate ${flags.interpolate.join(':')} names both seeds; leave out --seed.`);
  }
  const picture = flags.from !== undefined ? '--from' : flags.inpaint !== undefined && '--inpaint';
  if (flags.interpolate && picture) throw invalid(`--interpolate leads from noise to noise; leave out ${picture}.`);
}

/** Finds out before the work whether its result can be written. */
async function checkOutput(flag: string, out: string): Promise<void> {
  if (existsSync(out) && statSync(out).isDirectory()) {
    throw invalid(`${flag} ${out} is a folder; give the name of a PNG file, like ${out}/grid.png.`);
  }
  if (!/\.png$/i.test(out)) throw invalid(`${flag} ${out} must end with .png, for that is what is written.`);
  await prepareFolder(dirname(out));
}
