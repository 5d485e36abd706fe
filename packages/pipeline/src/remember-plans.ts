import type { Plan } from '@denoiser/samplers';
import type { DrawOptions } from './draw-options';
import { pickSamplerOptions, planOf } from './draw-plan';
import type { Model } from './model';

/** Plans that are remembered; the oldest goes first. */
const MOST = 32;

/** Returns `planOf` with a memory: equal options give one and the same plan. For one model. */
export function rememberPlans(): typeof planOf {
  const plans = new Map<string, Plan>();
  return (model: Model, options: DrawOptions) => {
    const { plan, image, inpaint } = options;
    const key = JSON.stringify([pickSamplerOptions(options), plan, !!image, !!inpaint]);
    const known = plans.get(key);
    if (known) return known;
    const made = planOf(model, options);
    const [oldest] = plans.keys();
    if (oldest !== undefined && plans.size >= MOST) plans.delete(oldest);
    plans.set(key, made);
    return made;
  };
}
