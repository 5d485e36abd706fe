import { resolve } from 'node:path';
import { type ModelInfo, trainedProcessOf, withModelFile } from '@denoiser/backend-node';
import { readAllTensors } from '@denoiser/safetensors';
import type { Trainer } from '@denoiser/trainer';
import type { UNetConfig } from '@denoiser/unet';
import type { RunConfig, RunConfigInput } from '../config/run-schema';
import { CommandError } from '../errors';
import { flagOfPath } from '../flag';
import { CLASS_TABLES } from './create-network';

type Json = Readonly<Record<string, unknown>>;

/** The path of what a run begins with, from the root; an address stays. */
export const sourcePath = (from: string): string => (/^https?:\/\//i.test(from) ? from : resolve(from));

/**
 * Returns the configuration that a run has by the model it begins with: its network and how it was trained. What is said
 * otherwise goes before it.
 *
 * @throws DenoiserError where there is no such model, or no run can have its network.
 */
export async function configOfSource(from: string): Promise<Json> {
  return withModelFile(from, { name: from }, async (model) => {
    const [height, width, channels] = model.imageShape;
    const process = trainedProcessOf(model);
    const { prediction, learnedVariance } = model;
    return {
      size: height === width ? height : [height, width],
      channels,
      ...networkOf(model),
      training: {
        ...(process && process.type !== 'custom' && { process }),
        ...(prediction && prediction !== 'flow' && { prediction }),
        ...(learnedVariance && { variance: { type: 'learned-range' } }),
      },
    };
  });
}

/** Returns a configuration with another one beneath it. */
export const beneath = (lower: Json, upper: Json): Json => ({
  ...lower,
  ...upper,
  training: { ...(lower.training as Json), ...(upper.training as Json | undefined) },
});

/** Options that are the network's, by their paths. The size of images may be another one, and so may classes. */
const NETWORK = ['channels', 'baseWidth', 'timeDim'] as const;

/**
 * Checks that a configuration has the network of what its run begins with.
 *
 * @throws DenoiserError that names the option which contradicts it.
 */
export function checkNetwork(config: RunConfig, source: Json, from: string): void {
  const wrong = NETWORK.find((name) => source[name] !== undefined && config[name] !== source[name]);
  if (wrong !== undefined) {
    throw new CommandError(
      'option-conflict',
      `${flagOfPath(wrong)} is ${config[wrong]} here, and ${source[wrong]} in the network of ${from}, which the run begins with; leave it out.`,
    );
  }
  const learned = (source.training as { variance?: object }).variance !== undefined;
  if ((config.training.variance.type === 'learned-range') === learned) return;
  throw new CommandError(
    'option-conflict',
    `The network of ${from}, which the run begins with, has ${learned ? 'a' : 'no'} learned variance; ${learned ? 'leave out --no-learned-variance' : 'leave out --learned-variance'}.`,
  );
}

/** Copies the weights that a run begins with, and says which they are. */
export async function beginWith(from: string, trainer: Trainer, classNames: readonly string[]): Promise<string> {
  return withModelFile(from, { name: from }, async (model) => {
    const { weights, prediction, step, classNames: theirs } = model;
    const { tensors } = await readAllTensors({ ...weights, close: async () => {} });
    const known = theirs.length > 0 && theirs.some((name, i) => name !== String(i));
    await trainer.startFrom(
      { tensors, prediction, step, ...(known && { classNames: theirs }) },
      { classNames: [...classNames], classParameter: CLASS_TABLES[model.architecture.name] as string },
    );
    return model.description;
  });
}

/** A model's network as a configuration has it. */
export function networkOf({ architecture }: ModelInfo): Pick<RunConfigInput, 'network' | 'baseWidth' | 'timeDim'> {
  const { name, config } = architecture;
  if (name !== 'ddpm-unet') return { network: { architecture: name, config: config as Record<string, unknown> } };
  const { baseWidth, timeDim } = config as UNetConfig;
  return { network: null, baseWidth, timeDim };
}
