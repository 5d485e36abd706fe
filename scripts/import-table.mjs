/**
 * What each package may import, lowest floor first: packages beside it by folder, others by name (`node:` is all of Node).
 * Packages of models have no code. The one table: scripts/check-imports.mjs enforces it and scripts/architecture-table.mjs
 * writes it into docs/architecture.md.
 */
const tf = '@tensorflow/tfjs-core';

/** What everything above may use: numbers, files, operations and their kernels. */
const engineRoom = [
  'errors',
  'schedules',
  'safetensors',
  'pytorch',
  'metrics',
  'ops',
  'kernels-stock-wasm',
  'kernels-cpu',
  'kernels-cpu-native',
  'kernels-webgpu',
];

export const importTable = {
  errors: [],
  schedules: ['errors'],
  safetensors: ['errors'],
  pytorch: ['errors', 'safetensors'],
  metrics: ['errors'],
  ops: ['errors', tf],
  'kernels-stock-wasm': ['ops', tf],
  'kernels-cpu': ['errors', 'ops', tf, '@tensorflow/tfjs-backend-cpu', 'node:'],
  'kernels-cpu-native': ['errors', 'kernels-cpu', tf, 'node:'],
  'kernels-webgpu': ['errors', 'ops', tf, '@tensorflow/tfjs-backend-webgpu'],
  samplers: ['errors', 'schedules', 'ops', tf],
  unet: ['errors', 'safetensors', 'ops', tf],
  onnx: ['errors', 'safetensors', 'ops', tf, '@bufbuild/protobuf'],
  trainer: ['errors', 'schedules', 'safetensors', 'ops', 'samplers', tf],
  pipeline: [
    'errors',
    'schedules',
    'safetensors',
    'pytorch',
    'metrics',
    'ops',
    'samplers',
    'unet',
    'onnx',
    'trainer',
    tf,
  ],
  'backend-node': [
    ...engineRoom,
    ...['samplers', 'onnx', 'trainer', 'pipeline', '@tensorflow/', 'sharp', 'webgpu', 'onnxruntime-node', 'node:'],
  ],
  'backend-web': [...engineRoom, ...['samplers', 'unet', 'onnx', 'trainer', 'pipeline', '@tensorflow/']],
  'model-digits': [],
  'model-emoji': [],
  'model-glyphs': [],
  cli: [
    ...engineRoom,
    ...['samplers', 'unet', 'onnx', 'trainer', 'pipeline', 'backend-node', '@tensorflow/', 'node:'],
    ...['commander', 'd3-scale', 'd3-shape', 'zod'],
  ],
};

const folders = Object.keys(importTable);

/** Whether the package in `packages/<folder>` is a model: weights, no code. */
export const isModelPackage = (folder) => folder.startsWith('model-');

/** The npm name of the package in `packages/<folder>`. */
export const packageName = (folder) => (folder === 'cli' ? 'denoiser' : `@denoiser/${folder}`);

/** Whether the package in `packages/<folder>` may import the module of this name. */
export function mayImport(folder, module) {
  return importTable[folder].some((entry) => {
    const name = folders.includes(entry) ? packageName(entry) : entry;
    return /[:/]$/.test(name) ? module.startsWith(name) : module === name || module.startsWith(`${name}/`);
  });
}
