import {
  type Device,
  describeSkipped,
  type ImageFolder,
  describeDevice as inspectDevice,
} from '@denoiser/backend-node';
import { shortList } from '@denoiser/errors';
import type { RunLength } from '@denoiser/trainer';
import type { OriginalUNet, UNet2D } from '@denoiser/unet';
import type { NetworkConfig } from './config/network';
import type { RunConfig } from './config/run-schema';
import type { ReportFacts } from './report/report';
import { count as counted, describeDevice } from './text';
import { version } from './version';

/** Everything that a run consists of. */
export interface RunParts {
  device: Device;
  images: ImageFolder;
  config: RunConfig;
  model: OriginalUNet | UNet2D;
  length: RunLength;
}

/** Describes what is about to happen, by topic, before it takes hours. */
export function aboutRun({ device, images, config, model, length }: RunParts): Record<string, string> {
  const { training } = config;
  const [height, width] = images.dataset.imageShape;
  const order = height === width ? '' : ' (height × width)';
  const skipped = images.skipped.length > 0 ? `; skipped ${describeSkipped(images.skipped)}` : '';
  const held = images.validation ? `, ${count(images.validation.length)} more held out` : '';
  const parameters = [...model.parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
  const parts = training.microBatchSize === null ? '' : ` in parts of ${training.microBatchSize}`;
  return {
    device: describeDevice(device),
    images: `${count(images.dataset.length)} from ${config.data}${held}${skipped}`,
    ...(config.conditional && { classes: `${config.classNames.length}: ${shortList(config.classNames)}` }),
    network: `${describeNetwork(config.network)} at ${height}×${width}${order}, ${count(parameters)} parameters`,
    training: `${counted(length.steps, 'step')} of batch ${training.batchSize}${parts}, ${count(length.stepsPerEpoch)} an epoch; learning rate ${training.learningRate}`,
  };
}

/** Returns what the report says of a run that does not change. */
export const factsOf = (run: RunParts): ReportFacts => ({
  config: run.config,
  steps: run.length.steps,
  batchSize: run.config.training.batchSize,
  about: aboutRun(run),
  versions: { denoiser: version, ...inspectDevice(run.device).versions },
});

const count = (n: number): string => n.toLocaleString('en');

function describeNetwork(network: NetworkConfig): string {
  if (network.type === 'original') return `U-Net of base width ${network.baseWidth}`;
  const name = network.type === 'edm' ? 'UNet2DModel as in EDM' : 'UNet2DModel';
  if ('config' in network) return `${name} of ${network.config.block_out_channels} channels`;
  const { blockChannels, layers, attentionAt } = network;
  const attention = attentionAt.length > 0 ? `, attention at ${attentionAt.join(', ')}` : '';
  return `${name} of ${blockChannels.join(', ')} channels, ${counted(layers, 'layer')} each${attention}`;
}
