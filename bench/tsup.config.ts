import { defineConfig } from 'tsup';
import shared from '../tsup.config';

export default defineConfig({
  ...shared,
  entry: [
    'src/main.ts',
    'src/tfjs-peer.ts',
    'src/models/measure.ts',
    'src/models/train-classifier.ts',
    'src/training/main.ts',
    'src/web/main.ts',
    'src/web/dawn.ts',
    'src/gpu/main.ts',
  ],
  external: [/^@denoiser\//, 'webgpu', 'onnxruntime-node'],
});
