// Everything that computes runs here; the page only posts messages.
import { serveWorker } from '@denoiser/backend-web/worker';
import { createUNet, loadUNet } from '@denoiser/unet';

serveWorker({ createModel: createUNet, loadModel: loadUNet });
