import type { AsyncDenoiser } from '@denoiser/samplers';
import type { Model, ModelInfo } from '../model';
import { modelOf } from '../model-of';

/** Returns a model that a session computes: what is known of it, the session as a denoiser, and what frees it. */
export function withSession(info: ModelInfo, denoiser: AsyncDenoiser, dispose: () => void): Model {
  return modelOf(info, { denoiser: () => denoiser }, dispose);
}
