import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import ort from 'onnxruntime-node';

/**
 * onnxruntime-node as a peer of `npm run bench`. Speaks JSON lines: reads {"run": case} on stdin, answers
 * {"ms": time, "rss_mb": peak}. Arguments: a folder with the models, a safetensors file with the input, threads.
 */
const [folder, inputPath, threads] = process.argv.slice(2);
const options = { intraOpNumThreads: Number(threads), interOpNumThreads: 1, graphOptimizationLevel: 'all' };

const input = readFileSync(inputPath);
const headerLength = Number(input.readBigUInt64LE(0));
const header = JSON.parse(input.subarray(8, 8 + headerLength).toString());

function tensor(name, rows) {
  const { shape, data_offsets: offsets } = header[name];
  const bytes = input.subarray(8 + headerLength + offsets[0], 8 + headerLength + offsets[1]);
  const values = new Float32Array(Uint8Array.from(bytes).buffer);
  const size = (values.length / shape[0]) * rows;
  return new ort.Tensor('float32', values.subarray(0, size), [rows, ...shape.slice(1)]);
}

const floats = (data, shape) => new ort.Tensor('float32', data, shape);
const noise = (shape) => floats(Float32Array.from({ length: shape.reduce((a, b) => a * b) }, Math.random), shape);
/** The step that the others are told, too; operations have no use for it. */
const timestep = (batch) => floats(new Float32Array(batch).fill(500), [batch]);
const inputs = {
  'sample-step-b1': () => ({ sample: tensor('x', 1), timestep: timestep(1) }),
  gemm: () => ({ sample: noise([512, 512, 1, 1]), timestep: timestep(512) }),
  conv3x3: () => ({ sample: noise([1, 64, 64, 64]), timestep: timestep(1) }),
};
const sessions = new Map();

async function session(name) {
  if (!sessions.has(name)) {
    sessions.set(name, {
      model: await ort.InferenceSession.create(`${folder}/${name}.onnx`, options),
      feeds: inputs[name](),
    });
  }
  return sessions.get(name);
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const { model, feeds } = await session(request.run ?? 'sample-step-b1');
  const started = performance.now();
  const outputs = await model.run(feeds);
  const ms = performance.now() - started;
  const answer =
    'output' in request
      ? { output: Array.from(outputs[model.outputNames[0]].data) }
      : { ms, rss_mb: process.resourceUsage().maxRSS / 1024 };
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
