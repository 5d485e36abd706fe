import { describeValue } from '@denoiser/errors';
import { isObject, optionInvalid } from './check-options';
import { PipelineError } from './errors';
import type { Model, ModelInfo } from './model';

/**
 * Checks that there is a model to work with.
 *
 * @throws DenoiserError `model-disposed` where it was disposed; `option-invalid` where it is none, such as one that is not awaited.
 */
export function checkModel(where: string, model: ModelInfo & Pick<Model, 'isDisposed'>): void {
  if (!isObject(model) || !('imageShape' in model)) {
    throw optionInvalid(`${where} needs a model, as \`await openModel(…)\` gives it, not ${nameOf(model)}.`);
  }
  if (model.isDisposed) throw new PipelineError('model-disposed', 'The model was disposed; open it anew to draw.');
}

const nameOf = (value: unknown): string => (value instanceof Promise ? 'the promise of one' : describeValue(value));
