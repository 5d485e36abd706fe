import { type Plan, planFor, type SamplerOptions, samplerOptionNames } from '@denoiser/samplers';
import { optionInvalid } from './check-options';
import { checkPlan } from './check-plan';
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
    checkPlan(plan);
    return model.learnedVariance === plan.learnedVariance ? plan : { ...plan, learnedVariance: model.learnedVariance };
  }
  if (options.strength !== undefined && image === undefined) {
    throw optionInvalid('`strength` says how much of a picture is drawn anew; give the picture: `image`.');
  }
  return planFor(model, {
    ...asTheModelIsDrawn(model, given),
    ...(image && { strength: options.strength ?? STRENGTH }),
    ...(inpaint && { inpaint: true }),
  });
}

/** What each says which levels are visited: one that is given takes the place of the model's own. */
const LEVELS = ['spacing', 'timesteps', 'original', 'sigmas'] as const;
const OF_LEVELS: readonly string[] = [
  ...LEVELS,
  ...['offset', 'sigmaMin', 'sigmaMax', 'rho', 'previous', 'end', 'noiseAtEnd', 'steps'],
];
const OF_THRESHOLD: readonly string[] = ['threshold', 'thresholdRatio', 'thresholdMax'];

/** Returns the options with those of the model's own sampler beneath them, unless another one is named. */
function asTheModelIsDrawn({ sampler }: Pick<Model, 'sampler'>, given: SamplerOptions): SamplerOptions {
  if (!sampler || given.sampler !== undefined) return given;
  const replaced = [
    ...(LEVELS.some((name) => given[name] !== undefined) ? OF_LEVELS : []),
    ...(given.threshold !== undefined ? OF_THRESHOLD : []),
  ];
  const own = Object.entries(sampler).filter(([name]) => !replaced.includes(name));
  return { ...Object.fromEntries(own), ...given };
}

/** Returns those of the options that say which plan it is. */
export function pickSamplerOptions(options: DrawingWay): SamplerOptions {
  const all = options as SamplerOptions;
  const given = samplerOptionNames.filter((name) => name !== 'inpaint' && all[name] !== undefined);
  return Object.fromEntries(given.map((name) => [name, all[name]]));
}
