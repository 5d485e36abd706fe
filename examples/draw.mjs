// Opens a trained run and draws from it: node draw.mjs grid.png runs/mnist
import { drawImages, openModel, writePngGrid } from 'denoiser';

const [out = 'grid.png', run = 'runs/mnist'] = process.argv.slice(2);

const model = await openModel(run);
console.log(`${model.description}: ${model.parameterCount} parameters, ${model.imageShape.join('×')}`);

const images = await drawImages(model, { count: 16, sampler: 'dpmpp-2m', steps: 20, seed: 7 });
await writePngGrid(out, images);
console.log(`${out} is written.`);
model.dispose();
