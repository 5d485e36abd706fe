import { networks } from '@denoiser/pipeline';
import { createUNet, loadUNet } from '@denoiser/unet';
import { serveWorker } from './worker/serve-worker';

/**
 * The worker that comes with the package: it trains the original U-Net, small enough for a browser unless a page asks for more, and
 * opens models of every kind of network.
 */
serveWorker({ createModel: createUNet, loadModel: loadUNet, networks, defaults: { baseWidth: 16, timeDim: 64 } });
