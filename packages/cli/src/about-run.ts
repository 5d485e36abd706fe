import {
  type Device,
  describeSkipped,
  type ImageFolder,
  describeDevice as inspectDevice,
} from '@denoiser/backend-node';
import { shortList } from '@denoiser/errors';
import type { RunLength, TrainableModel } from '@denoiser/trainer';
import type { RunConfig } from './config/run-schema';
import type { ReportFacts } from './report/report';
import { count as counted, describeDevice } from './text';
import { version } from './version';

/** Everything that a run consists of. */
export interface RunParts {
  device: Device;
  images: ImageFolder;
  config: RunConfig;
  model: TrainableModel;
  length: RunLength;
}

/** Describes what is about to happen, by topic, before it takes hours. */
export function aboutRun({ device, images, config, model, length }: RunParts): Record<string, string> {
  const { baseWidth, network, training } = config;
  const name = network ? network.architecture : `U-Net of base width ${baseWidth}`;
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
    network: `${name} at ${height}×${width}${order}, ${count(parameters)} parameters`,
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
