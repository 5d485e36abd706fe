import { createUNet, loadUNet } from '@denoiser/unet';
import { serveWorker } from '../../src/worker';

serveWorker({ createModel: createUNet, loadModel: loadUNet });

/** How often anything was read back from the GPU, for whoever asks. */
let reads = 0;
if (typeof GPUBuffer === 'function') {
  const { mapAsync } = GPUBuffer.prototype;
  GPUBuffer.prototype.mapAsync = function (...options) {
    reads++;
    return mapAsync.apply(this, options);
  };
}
addEventListener('message', ({ data }) => {
  if (data === 'reads?') postMessage({ reads });
});
