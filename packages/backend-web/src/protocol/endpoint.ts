export type { Endpoint } from '@denoiser/pipeline/remote';
