// A dataset from anything that can be gone through with `for await`: a database's cursor, a stream, a generator.
import { selectDevice } from '@denoiser/backend-node';
import { createTrainer, datasetFrom } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';

/** Stripes, as they might come from somewhere slow: bytes, one channel, and a class. */
async function* stripes(count) {
  for (let n = 0; n < count; n++) {
    await new Promise((resolve) => setImmediate(resolve));
    const isUpright = n % 2 === 0;
    yield {
      pixels: Uint8Array.from({ length: 256 }, (_, i) => ((isUpright ? i % 16 : i >> 4) % 4 < 2 ? 255 : 0)),
      label: Number(isUpright),
    };
  }
}

await selectDevice();
const dataset = await datasetFrom(stripes(40), { imageShape: [16, 16, 1], classNames: ['level', 'upright'] });
const model = createUNet({ channels: 1, baseWidth: 8, classes: 2, imageSize: 16 });
const trainer = createTrainer({ model, seed: 0, batchSize: 8, learningRate: 1e-3 });
const { losses, epochsDone } = await trainer.fit(dataset, { epochs: 2 });
console.log(
  `${dataset.length} images, ${epochsDone} epochs: loss ${losses[0].loss.toFixed(3)} → ${losses.at(-1).loss.toFixed(3)}`,
);
