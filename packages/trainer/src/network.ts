import { badOption } from './options/settings';
import type { TrainingOptions } from './options/training-options';
import { keepActivations, recomputeActivations } from './recompute';
import type { TrainableDenoiser, TrainableModel, TrainingMode } from './types';

/** The network as a step sees it: as it is, unless the options ask for what only its training form can do. */
export function trainingNetwork(
  model: TrainableModel,
  { seed, dropout, recompute }: TrainingOptions,
  o: { step: number; places: readonly number[] },
): TrainableDenoiser {
  if (dropout === 0 && !recompute) return model.denoiser();
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
