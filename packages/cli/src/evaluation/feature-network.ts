import { existsSync, statSync } from 'node:fs';
import { totalmem } from 'node:os';
import type { ImageShape } from '@denoiser/ops';
import type { FeatureNetwork } from '@denoiser/pipeline';
import { atPath, CommandError } from '../errors';
import type { FeatureOptions } from './feature-options';
import { openLayersModel } from './layers-model';
import { openSequentialNetwork } from './sequential-network';

/**
 * Opens a feature network: model.json of a tfjs layers model, or a safetensors file with a description, as
 * docs/feature-networks.md defines them.
 *
 * @param shape [height, width, channels] of the images that it will be given
 * @throws DenoiserError if there is no such file, or it holds no network for these images.
 */
export async function openFeatureNetwork(
  path: string,
  shape: ImageShape,
  options: FeatureOptions,
): Promise<FeatureNetwork> {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for
  if (/\u0000/.test(path) || !existsSync(path)) {
    throw new CommandError('features-missing', `--features ${path}: there is no such file; check the spelling.`);
  }
  const info = atPath('read', path, () => statSync(path));
  if (info.size > totalmem()) {
    throw new CommandError('features-invalid', `${path} is larger than the memory of this machine.`);
  }
  if (info.isDirectory()) {
    throw new CommandError(
      'features-missing',
      `--features ${path} is a folder; name the model.json or .safetensors in it.`,
    );
  }
  const isLayersModel = /\.json$/i.test(path);
  if (!isLayersModel && !/\.safetensors$/i.test(path)) {
    const accepted = "model.json of a tfjs layers model or a .safetensors file with a 'denoiser.features' description";
    throw new CommandError('features-invalid', `--features ${path}: give ${accepted}; see docs/feature-networks.md.`);
  }
  const given = options.featureLayer !== undefined ? '--feature-layer' : options.featureRange && '--feature-range';
  if (!isLayersModel && given) {
    throw new CommandError(
      'option-invalid',
      `${given} is for tfjs models; ${path} says itself what it takes and gives.`,
    );
  }
  const network = isLayersModel ? await openLayersModel(path, options) : openSequentialNetwork(path, shape);
  if (network.channels === shape[2] || (network.channels === 3 && shape[2] === 1)) return network;
  network.dispose();
  throw new CommandError(
    'features-invalid',
    `${path} takes images of ${network.channels} channels, and these have ${shape[2]}; choose a network for them.`,
  );
}
