import { KernelError } from './errors';

/** Bytes for people. */
const readable = (bytes: number): string =>
  bytes < 2 ** 30 ? `${(bytes / 2 ** 20).toFixed(1)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;

const ADVICE = 'choose a smaller batch, smaller images or a smaller network, or another device';

/** Returns the error of a tensor that no buffer of the adapter has room for. */
export const tensorTooLarge = (shape: readonly number[], bytes: number, most: number) =>
  new KernelError(
    'out-of-memory',
    `A tensor of [${shape.join(', ')}] takes ${readable(bytes)}, and this graphics adapter has room for ${readable(most)} in one; ${ADVICE}.`,
  );

/**
 * Does some work on the GPU and asks it afterwards whether there was memory for its buffers.
 *
 * @throws DenoiserError `out-of-memory` where there was none.
 */
export async function inMemoryScope<T>(device: GPUDevice, work: () => T | Promise<T>): Promise<T> {
  device.pushErrorScope('out-of-memory');
  let missing: GPUError | null = null;
  const result = await Promise.resolve()
    .then(work)
    .finally(async () => {
      missing = await device.popErrorScope().catch(() => null); // a device that is lost says so itself
    });
  if (missing === null) return result;
  throw new KernelError('out-of-memory', `The graphics adapter has no memory left for this; ${ADVICE}.`);
}
