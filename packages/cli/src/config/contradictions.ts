import { CommandError } from '../errors';
import { flagOfPath } from '../flag';
import type { RunConfig } from './run-schema';
import type { GivenOptions } from './with-flags';

const bad = (message: string) => new CommandError('option-invalid', message);

const OF_CLASSES = ['training.labelDropout', 'training.labelDropoutPer', 'guidance'];

/**
 * Checks options that are right by themselves and wrong together.
 *
 * @throws DenoiserError that names them as the command line has them.
 */
export function checkTogether(config: RunConfig, given: GivenOptions = {}): void {
  const { training, conditional, previewSteps } = config;
  const { process, learningRateSchedule, batchSize, microBatchSize } = training;
  if ('betaStart' in process) {
    const { betaStart = 1e-4, betaEnd = 0.02 } = process;
    if (betaEnd < betaStart) throw bad(`--beta-end ${betaEnd} is below --beta-start ${betaStart}; β grows.`);
  }
  if (microBatchSize !== null && microBatchSize > batchSize) {
    throw bad(
      `--micro-batch-size ${microBatchSize} is more than the ${batchSize} images of a step; give fewer, or a larger --batch-size.`,
    );
  }
  if (process.type === 'angle' && training.prediction === 'epsilon') {
    throw bad('--schedule angle ends in noise alone, where ε says nothing of the image; take --prediction v.');
  }
  if (config.network.type === 'edm' && process.type !== 'edm') {
    throw bad('--network edm is trained on noise of any σ; take --network unet2d for another --schedule.');
  }
  if (process.type === 'edm' && training.prediction !== 'epsilon') {
    throw bad('--schedule edm says itself what the network learns; leave out --prediction.');
  }
  if ('zeroTerminalSnr' in process && process.zeroTerminalSnr && training.prediction === 'epsilon') {
    throw bad(
      'At a signal-to-noise ratio of zero, ε says nothing of the image; with zeroTerminalSnr take --prediction v.',
    );
  }
  const { steps, epochs, seconds } = config;
  if (seconds !== null && (steps ?? epochs) !== null) {
    throw bad('`seconds` are the length of a run without epochs and steps; take one of them out of the configuration.');
  }
  if ('warmup' in learningRateSchedule && steps !== null && learningRateSchedule.warmup >= steps) {
    throw bad(`--warmup ${learningRateSchedule.warmup} takes all of the ${steps} steps; give fewer.`);
  }
  if (given.previewSteps !== undefined && previewSteps > process.steps) {
    throw bad(`--preview-steps ${previewSteps} is more than the ${process.steps} of --noise-steps; give fewer.`);
  }
  if (conditional) return;
  const ofClasses = OF_CLASSES.find((path) => given[path] !== undefined);
  if (ofClasses) throw bad(`${flagOfPath(ofClasses)} is for classes; give --conditional, or leave it out.`);
  if (config.classNames.length > 0)
    throw bad('There are classNames, but conditional is false; make it true, or leave them out.');
}
