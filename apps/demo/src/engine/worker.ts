import { serveWorker } from '@denoiser/backend-web/worker';
import { networks } from '@denoiser/pipeline';
import { createUNet, loadUNet } from '@denoiser/unet';

serveWorker({ createModel: createUNet, loadModel: loadUNet, networks });
