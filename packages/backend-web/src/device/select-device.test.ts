import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adviceFor } from './advice';
import type { DeviceCandidate } from './candidate';
import { select, selectDevice } from './select-device';

type Name = DeviceCandidate['name'];

function candidate(name: Name, o: { obstacle?: string; reservation?: string; start?: string } = {}): DeviceCandidate {
  return {
    name,
    backend: name,
    description: `the ${name} device`,
    obstacle: async () => o.obstacle,
    reservation: async () => o.reservation,
    async start() {
      if (o.start) throw new Error(o.start);
      return { threads: 3 };
    },
  };
}

test('where there is no GPU, the CPU engine is taken, and the answer says why the others are not', async () => {
  const device = await selectDevice();
  expect(device).toMatchObject({ name: 'engine', backend: 'denoiser' });
  expect(device.reason).toMatch(/CPU engine.*first that runs here/);
  expect(device.candidates.map(({ name, available }) => [name, available])).toEqual([
    ['webgpu', false],
    ['engine', true],
    ['webgl', false],
    ['cpu', true],
  ]);
  expect(device.candidates[0]?.reason).toBe('this browser has no WebGPU');
  expect(tf.getBackend()).toBe('denoiser');
});

test('what does not start is passed over with the reason', async () => {
  const device = await selectDevice({}, [
    candidate('webgpu', { start: 'no adapter\n    at somewhere' }),
    candidate('engine', { obstacle: 'no WebAssembly' }),
    candidate('webgl'),
    candidate('cpu'),
  ]);
  expect(device).toEqual({
    name: 'webgl',
    backend: 'webgl',
    threads: 3,
    reason: 'it is the webgl device, the first that runs here',
    candidates: [
      { name: 'webgpu', available: false, reason: 'no adapter' },
      { name: 'engine', available: false, reason: 'no WebAssembly' },
      { name: 'webgl', available: true, reason: 'it is the webgl device' },
      { name: 'cpu', available: true, reason: 'it is the cpu device' },
    ],
  });
});

test('a device with a reservation is left aside, and taken if it is asked for', async () => {
  const there = [candidate('webgpu', { reservation: 'it is emulated' }), candidate('engine')];
  const chosen = await selectDevice({}, there);
  expect(chosen.name).toBe('engine');
  expect(chosen.candidates[0]).toEqual({ name: 'webgpu', available: false, reason: 'it is emulated' });
  expect(await selectDevice({ device: 'webgpu' }, there)).toMatchObject({ name: 'webgpu', reason: 'it was asked for' });
});

test('a device asked for that does not start is an error with the reason, an unknown one with the names there are', async () => {
  const there = [candidate('webgpu', { start: 'no adapter' }), candidate('cpu')];
  await expect(selectDevice({ device: 'webgpu' }, there)).rejects.toMatchObject({
    isDenoiserError: true,
    message: "This browser can't run webgpu (no adapter): choose another device or update the browser.",
  });
  await expect(selectDevice({ device: 'tpu' as Name }, there)).rejects.toMatchObject({
    code: 'device-unknown',
    message: 'There is no device "tpu": choose one of auto, webgpu, cpu.',
  });
});

test('the GPU of a device is handed to who recovers from its loss', async () => {
  const gpu = { device: {} as GPUDevice, lost: Promise.resolve('unplugged') };
  const there = [{ ...candidate('webgpu'), start: async () => ({ threads: 1, gpu }) }];
  const selected = await select({}, there);
  expect(selected.gpu).toBe(gpu);
  expect(structuredClone(selected.device)).toEqual(selected.device);
});

test('the engine on one thread says how a page gets its threads', () => {
  const page = { crossOriginIsolated: false, navigator: { hardwareConcurrency: 8 } };
  expect(adviceFor({ name: 'engine', threads: 1 }, page)).toBe(
    'The CPU engine runs on one of 8 cores because the page is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
  );
  expect(adviceFor({ name: 'engine', threads: 1 }, { ...page, crossOriginIsolated: true })).toBeUndefined();
  expect(adviceFor({ name: 'webgpu', threads: 1 }, page)).toBeUndefined();
  expect(adviceFor({ name: 'engine', threads: 1 }, { ...page, navigator: { hardwareConcurrency: 1 } })).toBeUndefined();
});
