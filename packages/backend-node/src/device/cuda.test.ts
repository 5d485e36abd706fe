import * as tf from '@tensorflow/tfjs';
import { expect, test } from 'vitest';
import { createCuda, type TensorFlowSource } from './cuda';
import { selectDevice } from './select-device';

/** What TensorFlow's binding does when it is imported, on tfjs's plain backend. */
function binding(o: { isUsingGpuDevice: boolean; nodeVersion?: string }): TensorFlowSource {
  return {
    nodeVersion: o.nodeVersion ?? '20.9.0',
    isInstalled: () => true,
    async load() {
      await tf.setBackend('cpu');
      const backend = Object.assign(Object.create(tf.backend()), { isUsingGpuDevice: o.isUsingGpuDevice });
      if (tf.findBackend('tensorflow')) tf.removeBackend('tensorflow');
      tf.registerBackend('tensorflow', () => backend, 3);
    },
  };
}

test('TensorFlow on a graphics card is taken where it is installed', async () => {
  const device = await selectDevice({}, [createCuda(binding({ isUsingGpuDevice: true }))]);
  expect(device).toMatchObject({ name: 'cuda', backend: 'tensorflow', adapter: 'an NVIDIA graphics card' });
  expect(device.reason).toMatch(/TensorFlow's library on an NVIDIA graphics card/);
});

test.each([
  { source: binding({ isUsingGpuDevice: false }), reason: /found no graphics card .*CUDA 11\.2/ },
  { source: binding({ isUsingGpuDevice: true, nodeVersion: '24.1.0' }), reason: /Node 22 and older.*Node 24\.1\.0/ },
  { source: { ...binding({ isUsingGpuDevice: true }), isInstalled: () => false }, reason: /is not installed/ },
])('where it can not run, the error says why: $reason', async ({ source, reason }) => {
  await expect(selectDevice({ device: 'cuda' }, [createCuda(source)])).rejects.toMatchObject({
    code: 'device-missing',
    message: expect.stringMatching(reason),
  });
});
