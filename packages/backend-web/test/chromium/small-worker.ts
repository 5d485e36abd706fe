import { serveWorker } from '../../src/worker';
import { createSmall, loadSmall } from './small-model';

serveWorker({ createModel: createSmall, loadModel: loadSmall });

/** How often anything was read back from the GPU, for whoever asks. */
let reads = 0;
const { mapAsync } = GPUBuffer.prototype;
GPUBuffer.prototype.mapAsync = function (...options) {
  reads++;
  return mapAsync.apply(this, options);
};
addEventListener('message', ({ data }) => {
  if (data === 'reads?') postMessage({ reads });
});
