// Opens a trained model and draws from it: node draw.mjs grid.png runs/mnist; without a run, the digits that come along
import { drawImages, openModel, writePngGrid } from 'denoiser';

const [out = 'grid.png', run = 'digits'] = process.argv.slice(2);

const model = await openModel(run);
console.log(`${model.description}: ${model.parameterCount} parameters, ${model.imageShape.join('×')}`);

const images = await drawImages(model, { count: 16, sampler: 'dpmpp-2m', steps: 20, seed: 7 });
await writePngGrid(out, images);
console.log(`${out} is written.`);
model.dispose();
