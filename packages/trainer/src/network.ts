import { badOption } from './options/settings';
import type { TrainingOptions } from './options/training-options';
import { keepActivations, recomputeActivations } from './recompute';
import type { TrainableDenoiser, TrainableModel, TrainingMode } from './types';

/** Returns the network as a step runs it: in its training form if the options, or its own dropout, need that. */
export function trainingNetwork(
  model: TrainableModel,
  { seed, dropout, recompute }: TrainingOptions,
  o: { step: number; places: readonly number[] },
): TrainableDenoiser {
  if (dropout === 0 && !model.dropout && !recompute) return model.denoiser();
  const mode: TrainingMode = { dropout, seed, ...o, runPart: recompute ? recomputeActivations : keepActivations };
  return trainingFormOf(model, 'training form')(mode);
}

/**
 * Returns the network's training form.
 *
 * @throws DenoiserError (`option-invalid`) if it has none, which says that it offers no `option`.
 */
export function trainingFormOf(model: TrainableModel, option: string): (mode: TrainingMode) => TrainableDenoiser {
  const { trainingDenoiser } = model;
  if (!trainingDenoiser) {
    throw badOption(
      `The network ${model.architecture.name} offers no ${option}: it has no trainingDenoiser; leave that option out.`,
    );
  }
  return trainingDenoiser.bind(model);
}
