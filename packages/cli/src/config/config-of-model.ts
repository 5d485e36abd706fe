import { type ModelFile, trainedProcessOf } from '@denoiser/backend-node';
import type { UNet2DConfig, UNetConfig } from '@denoiser/unet';
import { CommandError } from '../errors';
import type { NetworkConfig } from './network';

/**
 * Returns what a model says of a run that trains it on: its network and how it was trained, as far as a configuration has it.
 *
 * @throws DenoiserError where no run can have its network. `name` is what its message calls the model.
 */
export function configOfModel(model: ModelFile, name: string) {
  const { prediction, learnedVariance } = model;
  const [height, width, channels] = model.imageShape;
  const process = trainedProcessOf(model);
  return {
    size: height === width ? height : [height, width],
    channels,
    network: networkOf(model, name),
    training: {
      ...(process && process.type !== 'custom' && { process }),
      ...(prediction && prediction !== 'flow' && { prediction }),
      ...(learnedVariance && { variance: { type: 'learned-range' } }),
    },
  };
}

function networkOf({ architecture }: ModelFile, name: string): NetworkConfig {
  if (architecture.name === 'ddpm-unet') {
    const { baseWidth, timeDim } = architecture.config as UNetConfig;
    return { type: 'original', baseWidth, timeDim };
  }
  if (architecture.name === 'unet2d') {
    // Images say these.
    const { sample_size, in_channels, out_channels, num_class_embeds, ...config } = architecture.config as UNet2DConfig;
    return { type: 'unet2d', config };
  }
  throw new CommandError(
    'model-unfit',
    `${name} holds the network ${architecture.name}, which no run can train; convert it to a .safetensors file, or take another model.`,
  );
}
