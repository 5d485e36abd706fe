import { dirname, resolve } from 'node:path';
import { isRunFolder } from '@denoiser/backend-node';
import { isWithin } from './is-within';
import { readConfig } from './run-folder';
import { warn } from './text';

/** Warns where a picture that is about to be written would be one of the images at the run's next training. */
export async function warnAmongImages(out: string, run: string): Promise<void> {
  if (!(await isRunFolder(run))) return;
  const { data } = readConfig(run);
  if (!isWithin(out, data)) return;
  // Runs in the data are left out, with all that is in them.
  for (let folder = dirname(resolve(out)); folder !== data && folder !== dirname(folder); folder = dirname(folder)) {
    if (await isRunFolder(folder)) return;
  }
  warn(
    `${out} lies among the images of this run, ${data}: move it before you train there again, or give another --out.`,
  );
}
