import { describe, expect, it } from 'vitest';
import { buildSuite, runWebGPUSuite } from './run-suite';

await buildSuite('webgpu');
const report = await runWebGPUSuite();
if ('gpu' in report) {
  console.log(
    'No GPU and no SwiftShader here: tfjs-core’s tests on WebGPU are skipped. Install chromium (Debian) for it.',
  );
  it.skip('tfjs-core on WebGPU');
} else {
  const { specs, errors, jobs, ran, replaced } = report;
  const passed = specs.filter(({ status }) => status === 'passed').length;
  process.stdout.write(`tfjs-core on WebGPU: ${specs.length} specs, ${passed} passed, ${jobs} dispatches of ours\n`);

  describe('tfjs-core’s specs of the ops that WGSL kernels of ours replace, and of gradients, on WebGPU in Node', () => {
    it('run whole, without a complaint of the GPU', () => {
      expect(errors).toEqual([]);
      expect(specs.length).toBeGreaterThan(300);
    });

    it('run every kernel that replaces one of tfjs', () => {
      // Concat is tfjs's but where halves are joined, of which tfjs knows nothing.
      expect(ran.sort()).toEqual(replaced.filter((name) => name !== 'Concat').sort());
    });

    for (const { name, status, failures } of specs) {
      it(name, () => {
        if (status !== 'passed') expect.fail([`It is ${status}.`, ...failures].join('\n'));
      });
    }
  });
}
