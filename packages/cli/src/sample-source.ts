import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileCheckpointStore } from '@denoiser/backend-node';
import type { ScheduleOptions } from '@denoiser/schedules';
import { readCheckpoint } from '@denoiser/trainer';
import { loadUNet, type UNet } from '@denoiser/unet';
import { atPath, CommandError } from './errors';
import { type ScheduleChoice, scheduleOptions } from './noise-schedule';
import { runPaths } from './run-folder';
import { warn } from './text';

/** What pictures are drawn from: a network, and how it was trained. */
export interface SampleSource {
  model: UNet;
  schedule: ScheduleOptions;
  imageShape: readonly [height: number, width: number, channels: number];
  /** Empty for a network without classes; numbers where the file names none. */
  classNames: readonly string[];
  /** Where the weights came from, for people. */
  description: string;
}

export interface SourceOptions {
  weights: 'ema' | 'model';
  checkpoint?: number;
  /** These four are for bare files; checkpoints know them. */
  size?: number;
  noiseSteps?: number;
  betaStart?: number;
  betaEnd?: number;
}

/** Opens a run folder, a checkpoint's folder or a bare safetensors file. */
export async function openSource(path: string, options: SourceOptions): Promise<SampleSource> {
  if (!existsSync(path))
    throw new CommandError('no-source', `There is no ${path}; give a run folder or a .safetensors file.`);
  if (atPath(path, () => statSync(path)).isFile()) return openFile(path, options);

  const given = (['size', 'noiseSteps', 'betaStart', 'betaEnd'] as const).find((name) => options[name] !== undefined);
  if (given) {
    const flag = `--${given.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new CommandError(
      'bad-option',
      `${flag} is for bare .safetensors files; the checkpoints of ${path} know their own.`,
    );
  }
  const step = /^step-(\d+)$/.exec(basename(path))?.[1];
  if (step !== undefined && existsSync(`${path}/state.json`)) {
    return openCheckpoint(dirname(path), Number(step), options.weights);
  }
  const { config, checkpoints } = runPaths(path);
  if (!existsSync(config) && !existsSync(checkpoints)) {
    const wanted = "a run folder, a folder in a run's checkpoints/ or a .safetensors file";
    throw new CommandError('no-source', `${path} is no run folder; give ${wanted}.`);
  }
  return openCheckpoint(checkpoints, options.checkpoint, options.weights);
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
    schedule: options.schedule,
    imageShape: dataset.imageShape,
    classNames: dataset.classNames ?? [],
    description: `${folder}, step ${state.step}, ${weights === 'ema' ? 'averaged' : 'live'} weights`,
  };
}

const BARE: ScheduleChoice = { schedule: 'linear', noiseSteps: 1000, betaStart: 1e-4, betaEnd: 0.02 };

/** A file of the original's layout says nothing but its weights; the rest are the original's defaults or the user's word. */
function openFile(path: string, options: SourceOptions): SampleSource {
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
  const { channels, classes = 0, imageSize } = model.architecture.config;
  const [height, width] = [options.size ?? imageSize ?? 64].flat();
  return {
    model,
    schedule: scheduleOptions({
      ...BARE,
      noiseSteps: options.noiseSteps ?? BARE.noiseSteps,
      betaStart: options.betaStart ?? BARE.betaStart,
      betaEnd: options.betaEnd ?? BARE.betaEnd,
    }),
    imageShape: [height as number, (width ?? height) as number, channels],
    classNames: Array.from({ length: classes }, (_, i) => String(i)),
    description: path,
  };
}
