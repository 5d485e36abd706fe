import { createProcess } from '@denoiser/schedules';
import type { ImageDataset, Trainer } from '@denoiser/trainer';
import type { WeightsModel } from './model';
import { countParameters } from './networks';

/**
 * Returns the averaged weights of a trainer as a model to draw from on the way. It sees every later step, and disposing it
 * frees nothing: the weights are the trainer's.
 */
export function modelInTraining(trainer: Trainer, data: Pick<ImageDataset, 'imageShape' | 'classNames'>): WeightsModel {
  const { model, options, emaParameters, progress } = trainer;
  const dispose = () => {};
  const process = createProcess(options.process);
  return {
    architecture: model.architecture,
    parameterCount: countParameters(model),
    imageShape: data.imageShape,
    classNames: data.classNames ?? [],
    process,
    ...(process.kind !== 'sigma' && { prediction: options.prediction }),
    learnedVariance: options.variance.type === 'learned-range',
    get step() {
      return progress.step;
    },
    description: 'the averaged weights in training',
    network: { ...model, denoiser: (parameters = emaParameters) => model.denoiser(parameters), dispose },
    dispose,
    [Symbol.dispose]: dispose,
  };
}
