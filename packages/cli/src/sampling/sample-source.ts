import { shippedModelOf } from '@denoiser/backend-node';
import { findShippedModel, shippedModels } from '@denoiser/pipeline/shipped-models';
import { CommandError } from '../errors';
import type { SampleFlags } from './sample-flags';

/**
 * Returns what is drawn from: the path of a run or file, or the package of a model that is named. Flags say of such a model its name.
 *
 * @throws DenoiserError where both are given, and for a name that no model has.
 */
export function sampleSource(
  run: string | undefined,
  flags: SampleFlags,
): { readonly path: string | undefined; readonly flags: SampleFlags } {
  const { model } = flags;
  if (model === undefined) {
    const shipped = run === undefined ? undefined : shippedModelOf(run);
    return shipped ? { path: shipped.package, flags: { ...flags, model: shipped.name } } : { path: run, flags };
  }
  if (run !== undefined) {
    throw new CommandError(
      'option-conflict',
      `--model ${model} says what to sample from, and so does ${run}; give one of them.`,
    );
  }
  const shipped = findShippedModel(model);
  if (shipped) return { path: shipped.package, flags: { ...flags, model: shipped.name } };
  const names = shippedModels.map(({ name }) => name).join(', ');
  throw new CommandError(
    'model-missing',
    `--model ${model}: no model of that name comes as a package, only ${names}; a run or a file stands alone: denoiser sample ${model}`,
  );
}
