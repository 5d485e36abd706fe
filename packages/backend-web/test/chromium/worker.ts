import { createUNet, loadUNet } from '@denoiser/unet';
import { serveWorker } from '../../src/worker';

serveWorker({ createModel: createUNet, loadModel: loadUNet });
