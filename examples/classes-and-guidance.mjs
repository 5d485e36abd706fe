// Classes by name, under more and more guidance, each row from one noise: node classes-and-guidance.mjs grid.png runs/mnist
import { drawImages, openModel, writePngGrid } from 'denoiser';

const [out = 'guidance.png', run = 'digits'] = process.argv.slice(2);
const model = await openModel(run);
const classes = model.classNames.slice(0, 5);
const scales = [1, 2, 4];

const rows = [];
for (const guidance of scales) {
  const drawing = drawImages(model, { classes, count: classes.length, guidance, sampler: 'ddim', steps: 20 });
  for await (const { done, total } of drawing) {
    if (done === total) console.log(`guidance ${guidance}: ${classes.join(', ')} in ${total} steps`);
  }
  rows.push((await drawing).data);
}

const { imageShape } = model;
const data = Float32Array.from(rows.flatMap((row) => [...row]));
await writePngGrid(out, { data, imageShape, columns: classes.length });
model.dispose();
