import { SamplerError } from './errors';

/** Throws: what a denoiser returned is not what a run can go on with. `got` is undefined where it returned nothing. */
export function wrongOutput(got: string | undefined, wanted: string, learnedVariance: boolean): never {
  const why = learnedVariance ? ', twice the channels of x, as the plan has `learnedVariance`' : ', the shape of x';
  throw new SamplerError(
    'denoiser-invalid',
    `The denoiser returned ${got ?? 'nothing'}, but must return ${wanted}${why}.`,
  );
}
