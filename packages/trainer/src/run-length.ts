import { positionIn } from './position-in';
import type { Progress, Run } from './run';
import type { ImageDataset } from './types';

/** When a run ends: once so many epochs, or so many steps, are done in all; whichever is first. */
export type RunLimits = { readonly epochs?: number | undefined; readonly steps?: number | undefined };

/** How long a run is, from where it stands: what is done stays done, and what is left has the images of now. */
export type RunLength = {
  /** Steps in all, done and left. */
  readonly steps: number;
  readonly stepsLeft: number;
  /** Steps of an epoch of these images. */
  readonly stepsPerEpoch: number;
  /** Epochs in all, the one in which a limit of steps ends included. */
  readonly epochs: number;
};

/** Returns how long a run is that stands at `progress`. */
export function runLength(
  { step, epochsDone, position }: Pick<Progress, 'step' | 'epochsDone' | 'position'>,
  o: RunLimits & { readonly images: number; readonly batchSize: number },
): RunLength {
  const { images, batchSize, epochs = Infinity, steps = Infinity } = o;
  const stepsPerEpoch = Math.ceil(images / batchSize);
  const leftOfEpoch = Math.ceil((images - position) / batchSize);
  const leftByEpochs = epochs > epochsDone ? leftOfEpoch + (epochs - epochsDone - 1) * stepsPerEpoch : 0;
  const stepsLeft = Math.max(0, Math.min(steps - step, leftByEpochs));
  const epochsBegun = epochsDone + (position > 0 || stepsLeft > 0 ? 1 : 0);
  const epochsAfter = Math.max(0, Math.ceil((stepsLeft - leftOfEpoch) / stepsPerEpoch));
  return { steps: step + stepsLeft, stepsLeft, stepsPerEpoch, epochs: epochsBegun + epochsAfter };
}

/** Returns how long a trainer's run is on these images: the length of schedules, of displays and of `fit` itself. */
export function lengthOf(run: Run, dataset: Pick<ImageDataset, 'length'>, limits: RunLimits): RunLength {
  const { progress, options } = run;
  const position = positionIn(run, dataset);
  return runLength({ ...progress, position }, { ...limits, images: dataset.length, batchSize: options.batchSize });
}
