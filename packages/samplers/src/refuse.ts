import { SamplerError } from './errors';

/** Throws: the parts of a plan do not fit each other; the sentence names what to use instead. */
export function refuse(sentence: string): never {
  throw new SamplerError('plan-invalid', sentence);
}

/** Throws: an option of `planFor` is not what it must be, or does not fit another one or the model. */
export function refuseOption(sentence: string): never {
  throw new SamplerError('option-invalid', sentence);
}
