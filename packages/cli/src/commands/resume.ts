import { resolve } from 'node:path';
import { checkTogether } from '../config/contradictions';
import { NO_DATA, type RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import { limitOf } from '../limit';
import type { Host } from '../process/host';
import { hasCheckpoint, readConfig } from '../run-folder';
import { runTraining } from './run-training';

export interface ResumeOptions {
  epochs?: number;
  steps?: number;
  minutes?: number;
  hours?: number;
  lr?: number;
  data?: string;
  device?: string;
  json?: boolean;
  log?: string;
}

/** `denoiser resume <run>` */
export async function resume(folder: string, options: ResumeOptions, host: Host): Promise<void> {
  const { epochs, steps, lr, data, device, json: isJson, log } = options;
  const before = readConfig(folder);
  const config: RunConfig = {
    ...before,
    ...((epochs ?? steps) !== undefined && { epochs: epochs ?? null, steps: steps ?? null, seconds: null }),
    ...(lr !== undefined && { training: { ...before.training, learningRate: lr } }),
    ...(data !== undefined && { data: resolve(data) }),
    ...(device !== undefined && { device }),
  };
  if (config.data === NO_DATA) {
    throw new CommandError(
      'data-missing',
      `${folder} was converted from weights alone; name the images to train on with --data <folder>.`,
    );
  }
  checkTogether(config);
  const start = (await hasCheckpoint(folder)) ? 'resume' : 'anew';
  const length = { ...(steps !== undefined && { steps }), ...(epochs !== undefined && { epochs }) };
  await runTraining({ folder, config, start, length, seconds: limitOf(options) }, { isJson, log, host });
}
