import {
  type Device,
  describeSkipped,
  type ImageFolder,
  describeDevice as inspectDevice,
} from '@denoiser/backend-node';
import type { UNet } from '@denoiser/unet';
import type { RunConfig } from './config/run-schema';
import type { Steps } from './progress';
import type { ReportFacts } from './report/report';
import { count, describeDevice, shortList } from './text';
import { version } from './version';

/** What a run consists of. */
export interface RunParts {
  device: Device;
  images: ImageFolder;
  config: RunConfig;
  model: UNet;
  steps: Steps;
}

/** What is about to happen, before it takes hours. */
export function aboutRun({ device, images, config, model, steps }: RunParts): Record<string, string> {
  const { size, baseWidth, training } = config;
  const skipped = images.skipped.length > 0 ? `; skipped ${describeSkipped(images.skipped)}` : '';
  const held = images.validation ? `, ${images.validation.length.toLocaleString('en')} more held out` : '';
  const parameters = [...model.parameters.values()].reduce((sum, variable) => sum + variable.size, 0);
  const parts = training.microBatchSize === null ? '' : ` in parts of ${training.microBatchSize}`;
  return {
    device: describeDevice(device),
    images: `${images.dataset.length.toLocaleString('en')} from ${config.data}${held}${skipped}`,
    ...(config.conditional && { classes: `${config.classNames.length}: ${shortList(config.classNames)}` }),
    network: `U-Net of base width ${baseWidth} at ${size}×${size}, ${parameters.toLocaleString('en')} parameters`,
    training: `${count(steps.total, 'step')} of batch ${training.batchSize}${parts}, ${steps.perEpoch.toLocaleString('en')} an epoch; learning rate ${training.learningRate}`,
  };
}

/** What the report says of a run that does not change. */
export const factsOf = (run: RunParts): ReportFacts => ({
  config: run.config,
  ...run.steps,
  batchSize: run.config.training.batchSize,
  about: aboutRun(run),
  versions: { denoiser: version, ...inspectDevice(run.device).versions },
});
