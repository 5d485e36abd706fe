import type { ModelFile } from '@denoiser/backend-node';
import type { UNet2DConfig, UNetConfig } from '@denoiser/unet';
import { CommandError } from '../errors';
import type { NetworkConfig } from './network';

/**
 * Returns the network of a model as the configuration of a run has it.
 *
 * @throws DenoiserError where no run can have it. `name` is what its message calls the model.
 */
export function networkOfModel({ architecture }: Pick<ModelFile, 'architecture'>, name: string): NetworkConfig {
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
