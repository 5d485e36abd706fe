import { workerData } from 'node:worker_threads';
import type { Endpoint } from '@denoiser/pipeline/remote';
import { serveModel } from './worker/serve-model';

// The program of the thread that `runInWorker` starts.
serveModel(workerData as Endpoint);
