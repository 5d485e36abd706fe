import { describeValue, isObject } from '@denoiser/errors';
import { optionInvalid } from './check-options';
import { PipelineError } from './errors';
import type { Model } from './model';

/**
 * Checks that there is a model to work with.
 *
 * @throws DenoiserError `model-disposed` where it was disposed; `option-invalid` where it is none, such as one that is not awaited.
 */
export function checkModel(where: string, model: Model): void {
  if (!isObject(model) || !('network' in model)) {
    throw optionInvalid(`${where} needs a model, as \`await openModel(…)\` gives it, not ${nameOf(model)}.`);
  }
  if (model.isDisposed) throw new PipelineError('model-disposed', 'The model was disposed; open it anew to draw.');
}

function nameOf(value: unknown): string {
  if (value instanceof Promise) return 'the promise of one';
  return isObject(value) ? 'an object without a `network`' : describeValue(value);
}
