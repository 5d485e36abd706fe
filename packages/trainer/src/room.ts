import { availableMemory, goesOnWithoutMemory } from '@denoiser/ops';
import { TrainerError } from './errors';
import type { TrainableModel } from './types';

/**
 * Checks that there is room for what training keeps of every weight, before any of it is made. A graphics card has memory of its own,
 * which is tried at the first step.
 *
 * @param copies what is kept of a weight: moments, averages
 * @throws DenoiserError `model-too-large` where there is not.
 */
export function checkRoom({ parameters }: TrainableModel, copies: number): void {
  if (goesOnWithoutMemory()) return;
  const weights = Array.from(parameters.values(), ({ size }) => 4 * size).reduce((sum, bytes) => sum + bytes, 0);
  const room = availableMemory();
  if (copies * weights <= room) return;
  const gib = (bytes: number) => (bytes / 2 ** 30).toFixed(1);
  throw new TrainerError(
    'model-too-large',
    `The moments and averages of ${gib(weights)} GiB of weights take ${gib(copies * weights)} GiB, and this process has ${gib(room)} left; make a smaller network.`,
  );
}
