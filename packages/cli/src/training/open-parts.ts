import { openImageFolder, selectDevice } from '@denoiser/backend-node';
import { shortList } from '@denoiser/errors';
import { createTrainer, horizontalFlip } from '@denoiser/trainer';
import { createUNet, createUNet2D, type OriginalUNet, type UNet2D } from '@denoiser/unet';
import { unet2dConfigOf } from '../config/network';
import { imagesOf, type RunConfig } from '../config/run-schema';
import { CommandError } from '../errors';
import type { Reporter } from './reporter';

export type OpenParts = Awaited<ReturnType<typeof openParts>>;

/**
 * Opens everything that a run consists of, and checks it. The caller disposes trainer and model.
 *
 * @throws DenoiserError where a part cannot be had, or does not fit the others.
 */
export async function openParts(
  requested: RunConfig,
  { reporter, signal }: { readonly reporter: Reporter; readonly signal: AbortSignal },
) {
  reporter.onPreparing?.('Starting the device …');
  const device = await selectDevice({ device: requested.device });
  const { size, channels, conditional, augment, validation, skipBad } = requested;
  const { seed } = requested.training;
  const images = await openImageFolder(requested.data, {
    ...{ size, channels, conditional, augment, validation, skipBad, seed, signal },
    onProgress(done, total) {
      if (done % 100 !== 0) return;
      reporter.onPreparing?.(`Reading images: ${done.toLocaleString('en')} of ${total.toLocaleString('en')} …`);
    },
  });
  checkClasses(requested, images.classNames);
  const config = { ...requested, classNames: [...images.classNames] };
  const dataset = config.flip ? horizontalFlip(images.dataset, { seed }) : images.dataset;
  const model = createModel(config);
  const onWarning = (message: string) => reporter.onWarning?.(message);
  const trainer = createTrainer({ model, ...config.training, onWarning });
  return { device, images, config, model, dataset, trainer, imageShape: dataset.imageShape };
}

function createModel(config: RunConfig): OriginalUNet | UNet2D {
  const { network, training } = config;
  const { seed } = training;
  const images = imagesOf(config);
  if (network.type !== 'original') return createUNet2D(unet2dConfigOf(network, images), { seed });
  const { baseWidth, timeDim } = network;
  return createUNet({ ...images, baseWidth, timeDim, seed });
}

/** A run goes on with the classes it began with: a label means what its number meant. */
function checkClasses({ data, classNames }: RunConfig, found: readonly string[]): void {
  if (classNames.length === 0 || classNames.join('/') === found.join('/')) return;
  throw new CommandError(
    'classes-differ',
    `${data} has the classes ${shortList(found)}, but the run began with ${shortList(classNames)}; put the subfolders back as they were, or train anew.`,
  );
}
