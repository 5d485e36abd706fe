// A model as an ONNX model, and the same picture from both: node onnx.mjs grid.png runs/mnist
import { drawImages, openOnnxModel, openWeightsModel, writeFileAtomically, writePngGrid } from '@denoiser/backend-node';
import { exportOnnxModel } from '@denoiser/pipeline/onnx';

const [out = 'grid.png', run = 'digits'] = process.argv.slice(2);
const path = out.replace(/(\.png)?$/, '.onnx');

const model = await openWeightsModel(run);
const bytes = await exportOnnxModel(model, { dtype: 'f32' });
await writeFileAtomically(path, bytes);
console.log(`${path}: ${(bytes.length / 1e6).toFixed(1)} MB, ${model.parameterCount} parameters`);

// onnxruntime-node computes it: npm install onnxruntime-node
const exported = await openOnnxModel(path, { providers: ['cpu'] });
const options = { count: 4, sampler: 'ddim', steps: 10, seed: 7 };
const [a, b] = [await drawImages(model, options), await drawImages(exported, options)];
await writePngGrid(out, b);
console.log(`${out}: pixels differ by ${Math.max(...a.data.map((value, i) => Math.abs(value - b.data[i])))} at most`);
model.dispose();
exported.dispose();
