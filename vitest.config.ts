import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { findChromium, softwareVulkan } from './scripts/chromium.mjs';

/**
 * Tests that train, start processes or a browser, or run what is built: not part of `npm run check`. The longest come first, and
 * begin a run, so that none is left over at its end.
 */
const slow = [
  'packages/backend-node/test/seed.test.ts',
  'tests/browser/test/demo-train.test.ts',
  'tests/packed',
  'packages/cli/test/interrupt.test.ts',
  'tests/browser/test/seed.test.ts',
  'tests/browser/test/demo-sample.test.ts',
  'packages/unet/test/training-64.test.ts',
  'examples/bundlers',
  'packages/cli/test/train.test.ts',
  'packages/backend-node/test',
  'packages/cli/test/memory.test.ts',
  'packages/cli/test/webgpu.test.ts',
  'packages/cli/test/killed.test.ts',
  'tests/browser/test',
  'packages/cli/test',
  'packages/unet/test',
  'packages/kernels-webgpu/test',
  'bench/test',
  'examples',
  'packages/backend-web/test',
  'tests',
  'packages/trainer/test',
  'packages/kernels-cpu/test',
  'packages/onnx/test',
  'packages/kernels-cpu-native/test',
  'packages/pipeline/src/draw-queue.test.ts',
  'packages/pipeline/src/onnx',
  'packages/backend-node/src/images/large-folder.test.ts',
  'packages/backend-node/src/fuzz.test.ts',
  'packages/safetensors/src/fuzz.test.ts',
  'packages/pytorch/src/fuzz.test.ts',
  'packages/pytorch/src/hostile.test.ts',
  'packages/trainer/src/fuzz.test.ts',
  'packages/samplers/src/fuzz.test.ts',
  'packages/samplers/src/every-sampler.test.ts',
  // What is built, measured.
  'packages/samplers/test/bundle.test.ts',
  'packages/schedules/test/bundle.test.ts',
  // Quick, but they look at which backends and kernels a process has.
  'packages/backend-node/src/device',
];
const files = (path: string) => (path.endsWith('.ts') ? path : `${path}/**/*.test.ts`);

class LongestFirst extends BaseSequencer {
  override async sort(specifications: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = slow.findIndex((path) => moduleId.includes(`/${path}`));
      return index < 0 ? slow.length : index;
    };
    return (await super.sort(specifications)).sort((a, b) => rank(a) - rank(b));
  }
}

// The tests' processes inherit it: a driver for WebGPU must be known before a process starts, and the browser is named once.
Object.assign(process.env, softwareVulkan(), { CHROMIUM_PATH: findChromium() ?? '' });

const alias = [{ find: /^@tensorflow\/tfjs$/, replacement: fileURLToPath(new URL('tests/tfjs.ts', import.meta.url)) }];
const conditions = ['source', 'module', 'node', 'development|production'];
const exclude = ['**/node_modules/**', '**/dist/**'];

/** Every test of the repository: `npx vitest packages/ops -t attention`. */
export default defineConfig({
  // Sources of the packages beside, so that nothing has to be built before tests run; what sources are generated is.
  resolve: { conditions, alias },
  ssr: { resolve: { conditions } },
  test: {
    globalSetup: 'scripts/generate.mjs',
    // The CPU backends are slow and the machine is shared: a test fails by what it says, not by the clock.
    // So does the long form of fuzzing, which takes the time that it is given.
    testTimeout: 600_000 + 1000 * Number(process.env.DENOISER_FUZZ_SECONDS ?? 0),
    hookTimeout: 600_000,
    // One more than there are cores: many tests wait for a browser, a child or a timer, a quarter of the time.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default', 'json'],
    outputFile: { json: '.vitest/results.json' },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          // One process for many files: to load TensorFlow.js for each would take longer than the tests.
          isolate: false,
          setupFiles: 'tests/fresh-tfjs.ts',
          include: ['{packages,apps}/*/{src,test}', 'bench/src'].map(files),
          exclude: [...exclude, ...slow.map(files)],
        },
      },
      { extends: true, test: { name: 'slow', include: slow.map(files), exclude } },
    ],
  },
});
