import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileCheckpointStore } from '@denoiser/backend-node';
import { writeSafetensors } from '@denoiser/safetensors';
import type { TrainedAs } from '@denoiser/samplers';
import { createSchedule, edm, flow, type Prediction, type Process } from '@denoiser/schedules';
import { readCheckpoint, readFileTraining, reconstructEma } from '@denoiser/trainer';
import { loadUNet, type UNet } from '@denoiser/unet';
import { atPath, CommandError } from './errors';
import { flagOf } from './flag';
import { runPaths } from './run-folder';
import type { SCHEDULES } from './sampler-options';
import { warn } from './text';

/** What pictures are drawn from: a network, and how it was trained. */
export interface SampleSource extends TrainedAs {
  process: Process;
  model: UNet;
  imageShape: readonly [height: number, width: number, channels: number];
  /** Empty for a network without classes; numbers where the file names none. */
  classNames: readonly string[];
  /** Where the weights came from, for people. */
  description: string;
}

export interface SourceOptions {
  weights: 'ema' | 'model';
  checkpoint?: number;
  /** σ_rel of an average to be made from the snapshots of a run. */
  emaLength?: number;
  /** These are for bare files; checkpoints know them. */
  size?: number;
  schedule?: (typeof SCHEDULES)[number];
  zeroSnr?: boolean;
  prediction?: Prediction;
  noiseSteps?: number;
  betaStart?: number;
  betaEnd?: number;
}

const FOR_FILES = ['size', 'schedule', 'zeroSnr', 'prediction', 'noiseSteps', 'betaStart', 'betaEnd'] as const;

/** Opens a run folder, a checkpoint's folder or a bare safetensors file. */
export async function openSource(path: string, options: SourceOptions): Promise<SampleSource> {
  if (!existsSync(path))
    throw new CommandError('no-source', `There is no ${path}; give a run folder or a .safetensors file.`);
  if (atPath(path, () => statSync(path)).isFile()) return openFile(path, options);

  const given = FOR_FILES.find((name) => options[name] !== undefined);
  if (given) {
    throw new CommandError(
      'bad-option',
      `${flagOf(given)} is for bare .safetensors files; the checkpoints of ${path} know their own.`,
    );
  }
  const step = /^step-(\d+)$/.exec(basename(path))?.[1];
  if (step !== undefined && existsSync(`${path}/state.json`)) {
    if (options.emaLength !== undefined) throw new CommandError('bad-option', `${LENGTH} of a run; give its folder.`);
    return openCheckpoint(dirname(path), Number(step), options.weights);
  }
  const { config, checkpoints, snapshots } = runPaths(path);
  if (!existsSync(config) && !existsSync(checkpoints)) {
    const wanted = "a run folder, a folder in a run's checkpoints/ or a .safetensors file";
    throw new CommandError('no-source', `${path} is no run folder; give ${wanted}.`);
  }
  const source = await openCheckpoint(checkpoints, options.checkpoint, options.weights);
  return options.emaLength === undefined ? source : withAverage(source, snapshots, options as Averaged);
}

type Averaged = SourceOptions & { emaLength: number };
const LENGTH = '--ema-length makes an average from the snapshots';

/** The same with an average of another length, which ends at the chosen checkpoint or the last snapshot. */
async function withAverage(source: SampleSource, snapshots: string, o: Averaged): Promise<SampleSource> {
  source.model.dispose();
  if (o.weights === 'model') throw new CommandError('bad-option', `${LENGTH}, not --weights model; give one of them.`);
  const store = fileCheckpointStore(snapshots);
  const steps = (await store.list()).filter((step) => step <= (o.checkpoint ?? Number.POSITIVE_INFINITY));
  const last = steps.at(-1);
  if (last === undefined) {
    throw new CommandError('no-snapshots', `${snapshots} has no snapshots of averages; train with --post-hoc-ema.`);
  }
  const average = await reconstructEma(store, { sigmaRel: o.emaLength, step: last });
  return {
    ...source,
    model: loadUNet(writeSafetensors(average)),
    description: `${snapshots}, average of relative length ${o.emaLength} up to step ${last}`,
  };
}

async function openCheckpoint(
  folder: string,
  step: number | undefined,
  weights: 'ema' | 'model',
): Promise<SampleSource> {
  const store = fileCheckpointStore(folder);
  if ((await store.list()).length === 0) {
    throw new CommandError('no-checkpoint', `${folder} has no checkpoint yet; train until one is written.`);
  }
  const file = `${weights}.safetensors` as const;
  const { state } = await readCheckpoint(store, { step, files: [file], onWarning: warn });
  const { dataset, options } = state;
  return {
    model: loadUNet(await store.read(state.step, file)),
    process: createSchedule(options.schedule),
    prediction: state.prediction,
    learnedVariance: learnsVariance(options),
    imageShape: dataset.imageShape,
    classNames: dataset.classNames ?? [],
    description: `${folder}, step ${state.step}, ${weights === 'ema' ? 'averaged' : 'live'} weights`,
  };
}

/** Whether the network was trained to give its steps' variance, too. */
const learnsVariance = (options: object): boolean =>
  'variance' in options &&
  typeof options.variance === 'object' &&
  options.variance !== null &&
  'type' in options.variance &&
  options.variance.type === 'learned-range';

/** Whether the user says what process a bare file was trained with. */
const namesProcess = (options: SourceOptions): boolean =>
  [options.schedule, options.zeroSnr, options.noiseSteps, options.betaStart, options.betaEnd].some(
    (option) => option !== undefined,
  );

/** The process that the options of a bare file name; the defaults are the original's. */
function processOf({ schedule = 'linear', zeroSnr, noiseSteps, betaStart, betaEnd }: SourceOptions): Process {
  const ends = { betaStart: betaStart ?? 1e-4, betaEnd: betaEnd ?? 0.02 };
  const hasBetas = schedule === 'linear' || schedule === 'scaled-linear' || schedule === 'sigmoid-beta';
  const stray = !hasBetas && (betaStart !== undefined || betaEnd !== undefined) ? '--beta-start and --beta-end' : '';
  const isContinuous = schedule === 'edm' || schedule === 'flow';
  const other = isContinuous && zeroSnr ? '--zero-snr' : schedule === 'edm' && noiseSteps ? '--noise-steps' : stray;
  if (other) throw new CommandError('bad-option', `--schedule ${schedule} has no use for ${other}; leave it out.`);
  const steps = noiseSteps ?? 1000;
  if (schedule === 'edm') return edm();
  if (schedule === 'flow') return flow({ steps });
  const common = { steps, ...(zeroSnr && { zeroTerminalSnr: true }) };
  if (schedule === 'cosine') return createSchedule({ type: schedule, ...common });
  if (schedule === 'sigmoid') return createSchedule({ type: 'sigmoid-alpha-bar', ...common });
  if (schedule === 'linear') return createSchedule({ type: schedule, ...ends, ...common });
  return createSchedule({ type: schedule, ...common, ...((betaStart ?? betaEnd) !== undefined && ends) });
}

/** A file of the original's layout: how it was trained is the user's word, else the file's own, else as the original. */
function openFile(path: string, options: SourceOptions): SampleSource {
  if (options.emaLength !== undefined) throw new CommandError('bad-option', `${LENGTH} of a run; give its folder.`);
  if (options.checkpoint !== undefined) {
    throw new CommandError(
      'bad-option',
      `--checkpoint chooses from a run folder, but ${path} is a file; leave it out.`,
    );
  }
  const bytes = atPath(path, () => readFileSync(path));
  if (bytes.subarray(0, 4).toString('latin1') === 'PK\x03\x04') {
    const way = 'in Python, safetensors.torch.save_file(torch.load(…), …) converts it';
    throw new CommandError('bad-file', `${path} is a PyTorch pickle, not safetensors; ${way}.`);
  }
  let model: UNet;
  try {
    model = loadUNet(bytes);
  } catch (error) {
    if (!(error instanceof Error && 'isDenoiserError' in error)) throw error;
    throw new CommandError('bad-file', `${path}: ${error.message}`);
  }
  const training = readFileTraining(bytes);
  const { channels, classes = 0, imageSize, learnedVariance } = model.architecture.config;
  const [height, width] = [options.size ?? training.imageShape?.slice(0, 2) ?? imageSize ?? 64].flat();
  const isNamed = training.classNames?.length === classes;
  return {
    model,
    process: training.schedule && !namesProcess(options) ? createSchedule(training.schedule) : processOf(options),
    prediction: options.prediction ?? training.prediction,
    learnedVariance,
    imageShape: [height as number, (width ?? height) as number, channels],
    classNames: (isNamed && training.classNames) || Array.from({ length: classes }, (_, i) => String(i)),
    description: path,
  };
}
