import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import { adviceFor } from './advice';
import type { DeviceCandidate } from './candidate';
import { engine } from './engine';
import { select, selectDevice } from './select-device';
import { webgl } from './webgl';

afterEach(() => vi.unstubAllGlobals());

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
  const onEngine = { name: 'engine', threads: 1, candidates: [] } as const;
  const page = { crossOriginIsolated: false, navigator: { hardwareConcurrency: 8 } };
  expect(adviceFor(onEngine, page)).toBe(
    'The CPU engine runs on one of 8 cores because the page is not cross-origin isolated: serve it with the headers Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp.',
  );
  expect(adviceFor(onEngine, { ...page, crossOriginIsolated: true })).toBeUndefined();
  expect(adviceFor({ ...onEngine, name: 'webgpu' }, page)).toBeUndefined();
  expect(adviceFor(onEngine, { ...page, navigator: { hardwareConcurrency: 1 } })).toBeUndefined();
});

test('a policy of the page that bars WebAssembly is said, and how it allows it', async () => {
  class Barred {
    constructor() {
      throw new Error('call to WebAssembly.Module() blocked by CSP');
    }
  }
  vi.stubGlobal('WebAssembly', { Module: Barred });
  const { name, candidates, advice } = await selectDevice({}, [engine, candidate('cpu')]);
  expect(name).toBe('cpu');
  expect(candidates[0]?.reason).toMatch(/Content Security Policy does not allow WebAssembly/);
  expect(advice).toMatch(/add 'wasm-unsafe-eval' to its script-src/);
  vi.unstubAllGlobals();
  expect((await selectDevice({}, [engine, candidate('cpu')])).advice).toBeUndefined();
});

test('WebGL is passed over where it is emulated, however the browser says so', async () => {
  const renderedBy = (name: string, isSlow = false) =>
    vi.stubGlobal(
      'OffscreenCanvas',
      class {
        getContext = (_: string, attributes?: { failIfMajorPerformanceCaveat?: boolean }) =>
          isSlow && attributes?.failIfMajorPerformanceCaveat
            ? null
            : {
                RENDERER: 1,
                getExtension: () => ({ UNMASKED_RENDERER_WEBGL: 2 }),
                getParameter: (n: number) => (n === 2 ? name : ''),
              };
      },
    );
  renderedBy('ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero) (0x0000C0DE)), SwiftShader driver)');
  expect(await webgl.reservation?.()).toMatch(/emulated in software/);
  renderedBy('something new', true);
  expect(await webgl.reservation?.()).toMatch(/emulated in software/);
  renderedBy('ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)');
  expect(await webgl.reservation?.()).toBeUndefined();
});
