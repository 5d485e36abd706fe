import { type Plan, planFor, type SamplerOptions, samplerOptionNames } from '@denoiser/samplers';
import { optionInvalid } from './check-options';
import type { DrawingWay, DrawOptions } from './draw-options';
import type { Model } from './model';

/** Share of the steps that image-to-image takes unless `strength` says otherwise. */
const STRENGTH = 0.6;

/** Returns the plan that the options name, or the given one. */
export function planOf(model: Model, options: DrawOptions): Plan {
  const { plan, image, inpaint } = options;
  const given = pickSamplerOptions(options);
  if (plan) {
    const [other] = Object.keys(given);
    if (other) throw optionInvalid(`\`plan\` says all of the way; leave out \`${other}\`.`);
    return model.learnedVariance === plan.learnedVariance ? plan : { ...plan, learnedVariance: model.learnedVariance };
  }
  if (options.strength !== undefined && image === undefined) {
    throw optionInvalid('`strength` says how much of a picture is drawn anew; give the picture: `image`.');
  }
  return planFor(model, {
    ...given,
    ...(image && { strength: options.strength ?? STRENGTH }),
    ...(inpaint && { inpaint: true }),
  });
}

/** Returns those of the options that say which plan it is. */
export function pickSamplerOptions(options: DrawingWay): SamplerOptions {
  const all = options as SamplerOptions;
  const given = samplerOptionNames.filter((name) => name !== 'inpaint' && all[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, all[name]]));
}
