import { createHash } from 'node:crypto';
import {
  clearRunFolder,
  type FileData,
  fileCheckpointStore,
  lockFolder,
  type ModelFile,
  prepareFolder,
  streamWeights,
} from '@denoiser/backend-node';
import { type SafetensorsStream, streamSafetensors, type TensorInfo } from '@denoiser/safetensors';
import { resolveOptions, type TrainingOptionsInput } from '@denoiser/trainer/options';
import { encodeState, type TensorFileName, type TrainingState } from '@denoiser/trainer/parts';
import type { UNetConfig } from '@denoiser/unet';
import { commandLine } from '../command-line';
import { configOfModel } from '../config/config-of-model';
import { unet2dConfigOf } from '../config/network';
import { parseConfig } from '../config/parse-config';
import { imagesOf, NO_DATA, type RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { checkNewRunFolder, runPaths, writeConfig } from '../run-folder';
import { version } from '../version';
import type { Target } from './target';

/** A run before its first step: training goes on from its weights, with everything else fresh. */
export const runTarget: Target = {
  about: 'a run folder, to draw from and to train on',
  async check(path, { dtype, overwrite }) {
    if (dtype !== undefined && dtype !== 'F32') {
      throw new CommandError('option-invalid', 'A run keeps its weights as f32, to train on; leave out --dtype.');
    }
    await checkNewRunFolder(path, overwrite);
  },
  async write(model, path) {
    const config = configOf(model);
    await prepareFolder(path);
    const lock = await lockFolder(path);
    try {
      await clearRunFolder(path);
      const paths = runPaths(path);
      await fileCheckpointStore(paths.checkpoints).write(0, checkpointOf(model, config));
      await writeConfig(paths, config);
    } finally {
      await lock.release();
    }
    return commandLine(['resume', path, '--data', '<pictures>']);
  },
};

function configOf(model: ModelFile): RunConfig {
  const config = configOfModel(model, 'The source');
  if (!config.training.process) {
    const { process } = model;
    const kind = process.kind === 'discrete' ? 'one of βs listed one by one' : process.kind;
    throw new CommandError(
      'model-unfit',
      `A run has a schedule that training can name, and this model's is ${kind}; convert it to a .safetensors file.`,
    );
  }
  const { classNames } = model;
  const versions = { denoiser: version, node: process.versions.node };
  const data = { data: NO_DATA, conditional: classNames.length > 0, classNames };
  return parseConfig({ versions, ...data, ...config }, 'The run of this model');
}

/** The files of a checkpoint before the first step, part by part: averages are the weights, moments zero. */
function checkpointOf(model: ModelFile, config: RunConfig): Map<string, FileData> {
  const { imageShape, classNames } = model;
  const { name, config: sizes } = model.architecture;
  const options = resolveOptions(config.training as TrainingOptionsInput);
  const state = {
    ...{ step: 0, epochsDone: 0, position: 0 },
    // As `train` makes the network of this configuration.
    architecture: { name, config: architectureConfig(config, sizes) },
    prediction: options.prediction,
    options,
    dataset: { length: 0, imageShape, ...(classNames.length > 0 && { classNames }) },
  };
  const streams: Partial<Record<TensorFileName, SafetensorsStream>> = {
    'model.safetensors': streamWeights(model, { dtype: 'F32' }),
    'ema.safetensors': streamWeights(model, { dtype: 'F32' }),
    'optimizer.safetensors': zeroMoments(model),
  };
  const sums: TrainingState['files'] = {};
  const files = new Map<string, FileData>();
  for (const [name, stream] of Object.entries(streams)) {
    files.set(
      name,
      summed(stream, (sum) => {
        sums[name as TensorFileName] = sum;
      }),
    );
  }
  // Last: by then the others are written, and their sums known.
  files.set(
    'state.json',
    stateOf(() => encodeState(state, sums)),
  );
  return files;
}

function architectureConfig(config: RunConfig, sizes: unknown) {
  const { network, size } = config;
  return network.type === 'original'
    ? { ...(sizes as UNetConfig), imageSize: size }
    : unet2dConfigOf(network, imagesOf(config));
}

async function* stateOf(encode: () => Uint8Array): AsyncGenerator<Uint8Array> {
  yield encode();
}

/** The bytes of a file as they come; `tell` gets their number and sum at the end. */
async function* summed(
  stream: SafetensorsStream,
  tell: (sum: { bytes: number; sha256: string }) => void,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const bytes of stream) {
    hash.update(bytes);
    yield bytes;
  }
  tell({ bytes: stream.byteLength, sha256: hash.digest('hex') });
}

function zeroMoments({ weights }: ModelFile): SafetensorsStream {
  const tensors = new Map<string, TensorInfo>();
  for (const prefix of ['m.', 'v.']) {
    for (const [name, { shape }] of weights.tensors) tensors.set(prefix + name, { dtype: 'F32', shape });
  }
  return streamSafetensors({ metadata: {}, tensors }, (name) => {
    const { shape } = tensors.get(name) as TensorInfo;
    return { dtype: 'F32', shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) };
  });
}
