import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';

/**
 * onnxruntime-node as a peer of `npm run bench`. Speaks JSON lines: reads {"run": case, "step": what it is} on stdin, answers
 * {"ms": time, "rss_mb": peak}. Arguments: a folder with the models and their inputs, threads.
 */
const [folder, threads] = process.argv.slice(2);
const options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all' };

/** The first images of a network's inputs. */
function images({ network, batch }) {
  const input = readFileSync(`${folder}/${network}.inputs.safetensors`);
  const headerLength = Number(input.readBigUInt64LE(0));
  const { shape, data_offsets: offsets } = JSON.parse(input.subarray(8, 8 + headerLength).toString()).x;
  const bytes = input.subarray(8 + headerLength + offsets[0], 8 + headerLength + offsets[1]);
  const values = new Float32Array(Uint8Array.from(bytes).buffer);
  const size = (values.length / shape[0]) * batch;
  return new ort.Tensor('float32', values.slice(0, size), [batch, ...shape.slice(1)]);
}

const floats = (data, shape) => new ort.Tensor('float32', data, shape);
const noise = (shape) => floats(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, Math.random), shape);
/** The step that the others are told, too; operations have no use for it. */
const timestep = (batch) => floats(new Float32Array(batch).fill(500), [batch]);
const operations = {
  gemm: () => ({ sample: noise([512, 512, 1, 1]), timestep: timestep(512) }),
  conv3x3: () => ({ sample: noise([1, 64, 64, 64]), timestep: timestep(1) }),
};
const models = new Map();
const cases = new Map();

async function prepare({ run, step }) {
  const file = step?.network ?? run;
  const name = JSON.stringify([file, step?.batch]);
  if (!models.has(file)) models.set(file, await ort.InferenceSession.create(`${folder}/${file}.onnx`, options));
  if (!cases.has(name)) {
    cases.set(name, step ? { sample: images(step), timestep: timestep(step.batch) } : operations[run]());
  }
  return { model: models.get(file), feeds: cases.get(name) };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const { model, feeds } = await prepare(request);
  const started = performance.now();
  const outputs = await model.run(feeds);
  const ms = performance.now() - started;
  const answer =
    'output' in request
      ? { output: Array.from(outputs[model.outputNames[0]].data) }
      : { ms, rss_mb: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
