import type { AsyncDenoiser } from '@denoiser/samplers';
import type { Model, ModelInfo } from '../model';

/** Returns a model that a session computes: what is known of it, the session as a denoiser, and what frees it. */
export function withSession(info: ModelInfo, denoiser: AsyncDenoiser, dispose: () => void): Model {
  return { ...info, network: { denoiser: () => denoiser }, dispose, [Symbol.dispose]: dispose };
}
