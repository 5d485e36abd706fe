import { drawImages, runInWorker, selectDevice } from '@denoiser/backend-node';
import { writeSafetensors } from '@denoiser/safetensors';
import { createUNet } from '@denoiser/unet';

/** A program that draws with one model in several threads at once, each on the device that it is given. */
await selectDevice({ device: 'cpu' });
const network = createUNet({ channels: 1, baseWidth: 4, timeDim: 8, imageSize: 8, seed: 1 });
const bytes = writeSafetensors(await network.exportParameters(network.parameters));
const known = { imageSize: 8, process: { type: 'cosine', steps: 20 } };
const models = await Promise.all(process.argv.slice(2).map((device) => runInWorker(bytes, { device, ...known })));
const drawn = await Promise.all(models.map((model) => drawImages(model, { count: 1, sampler: 'ddim', steps: 2 })));
console.log(JSON.stringify(models.map(({ device }, i) => ({ device, values: Array.from(drawn[i].data) }))));
for (const model of models) model.dispose();
