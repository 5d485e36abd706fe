import { createUNet, loadUNet } from '@denoiser/unet';
import { serveWorker } from './worker/serve-worker';

/** The worker that comes with the package: the original U-Net, small enough for a browser unless a page asks for more. */
serveWorker({ createModel: createUNet, loadModel: loadUNet, defaults: { baseWidth: 16, timeDim: 64 } });
