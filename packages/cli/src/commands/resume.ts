import { resolve } from 'node:path';
import { checkTogether } from '../config/contradictions';
import type { RunConfig } from '../config/run-schema';
import { readConfig } from '../run-folder';
import { runTraining } from './run-training';

export interface ResumeOptions {
  epochs?: number;
  steps?: number;
  lr?: number;
  data?: string;
  device?: string;
  json?: boolean;
  log?: string;
}

/** `denoiser resume <run>` */
export async function resume(folder: string, options: ResumeOptions): Promise<void> {
  const { epochs, steps, lr, data, device, json: isJson, log } = options;
  const before = readConfig(folder);
  const config: RunConfig = {
    ...before,
    ...((epochs ?? steps) !== undefined && { epochs: epochs ?? null, steps: steps ?? null }),
    ...(lr !== undefined && { training: { ...before.training, learningRate: lr } }),
    ...(data !== undefined && { data: resolve(data) }),
    ...(device !== undefined && { device }),
  };
  checkTogether(config);
  await runTraining({ folder, config, start: 'resume' }, { isJson, log });
}
