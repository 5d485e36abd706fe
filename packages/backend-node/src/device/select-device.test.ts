import { availableParallelism } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test, vi } from 'vitest';
import type { DeviceCandidate } from './candidate';
import { cpu } from './cpu';
import { describeDevice } from './describe-device';
import { engine } from './engine';
import { native } from './native';
import { selectDevice } from './select-device';
import { wasm } from './wasm';

afterEach(() => vi.restoreAllMocks());

test('without a graphics card the CPU engine is chosen by itself, and the answer says why', async () => {
  const warn = vi.spyOn(console, 'warn');
  const device = await selectDevice({}, [engine, wasm, cpu]);
  expect(warn).not.toHaveBeenCalled();
  expect(device).toMatchObject({ name: 'engine', backend: 'denoiser', threads: availableParallelism() });
  expect(device.reason).toMatch(/CPU engine.*first that runs here/);
  expect(device.candidates.map(({ name, available }) => [name, available])).toEqual([
    ['engine', true],
    ['wasm', true],
    ['cpu', true],
  ]);
  expect(tf.getBackend()).toBe('denoiser');
  expect(describeDevice(device).kernels).toMatchObject({ missing: [], reference: [] });
});

test('the native machine is preferred to the engine where it is built, and passed over with the reason where it is not', async () => {
  const obstacle = await native.obstacle();
  const device = await selectDevice({}, [native, engine, cpu]);
  if (obstacle === undefined) {
    expect(device).toMatchObject({ name: 'native', backend: 'denoiser-native', threads: availableParallelism() });
    expect(describeDevice(device).kernels).toMatchObject({ missing: [], reference: [] });
  } else {
    expect(device.name).toBe('engine');
    expect(device.candidates[0]).toEqual({ name: 'native', available: false, reason: obstacle });
  }
});

test('a device asked for by name is taken, with gradients and without advertisements', async () => {
  const warn = vi.spyOn(console, 'warn');
  const device = await selectDevice({ device: 'cpu' });
  expect(device).toMatchObject({ name: 'cpu', reason: 'it was asked for' });
  expect(tf.getBackend()).toBe('cpu');
  const slope = tf.tidy(
    () =>
      tf
        .grad((x) => tf.mul(x, x))(tf.scalar(3))
        .dataSync()[0],
  );
  expect(slope).toBe(6);
  expect(tf.env().getBool('PROD')).toBe(false);
  expect(warn).not.toHaveBeenCalled();
});

test('an unknown device is refused with the names there are', async () => {
  await expect(selectDevice({ device: 'tpu' })).rejects.toMatchObject({
    isDenoiserError: true,
    message: 'There is no device "tpu": choose one of auto, cuda, webgpu, native, engine, wasm, cpu, perhaps cpu.',
  });
});

function candidate(
  name: string,
  fails: { obstacle?: string; reservation?: string; start?: string } = {},
): DeviceCandidate {
  return {
    name,
    backend: name,
    description: `the ${name} device`,
    obstacle: async () => fails.obstacle,
    reservation: async () => fails.reservation,
    async start() {
      if (fails.start) throw new Error(fails.start);
      return { threads: 3 };
    },
  };
}

test('what can not run or does not start is passed over with the reason', async () => {
  const device = await selectDevice({}, [
    candidate('cuda', { obstacle: 'no driver' }),
    candidate('dawn', { start: 'no adapter\n    at somewhere' }),
    candidate('engine'),
    candidate('slow'),
  ]);
  expect(device).toEqual({
    name: 'engine',
    backend: 'engine',
    threads: 3,
    reason: 'it is the engine device, the first that runs here',
    candidates: [
      { name: 'cuda', available: false, reason: 'no driver' },
      { name: 'dawn', available: false, reason: 'no adapter' },
      { name: 'engine', available: true, reason: 'it is the engine device' },
      { name: 'slow', available: true, reason: 'it is the slow device' },
    ],
  });
});

test('what is not worth taking is left to those who name it', async () => {
  const there = [candidate('dawn', { reservation: 'it is software' }), candidate('engine')];
  const { name, candidates } = await selectDevice({}, there);
  expect(name).toBe('engine');
  expect(candidates[0]).toEqual({ name: 'dawn', available: true, reason: 'it is software' });
  expect(await selectDevice({ device: 'dawn' }, there)).toMatchObject({ name: 'dawn', reason: 'it was asked for' });
});

test('a device asked for that does not start is an error with the reason', async () => {
  const there = [candidate('dawn', { start: 'no adapter' }), candidate('slow')];
  await expect(selectDevice({ device: 'dawn' }, there)).rejects.toMatchObject({
    isDenoiserError: true,
    message: "This machine can't run dawn (no adapter): choose another device or install what is missing.",
  });
});

test('the description knows versions and the kernels that a backend lacks', () => {
  const { versions, kernels } = describeDevice({ backend: 'cpu' });
  expect(versions).toMatchObject({ node: process.versions.node, '@tensorflow/tfjs-core': '4.22.0' });
  expect(versions.sharp).toMatch(/^\d+\.\d+\.\d+/);
  expect(kernels.missing).toEqual([]);
  expect(kernels.native).toEqual([]);
  expect(kernels.reference).toContain('denoiser.GroupNormGrad');

  tf.registerKernel({ kernelName: 'denoiser.Gelu', backendName: 'a-fast-one', kernelFunc: () => [] });
  const bare = describeDevice({ backend: 'a-fast-one' }).kernels;
  expect(bare.native).toEqual(['denoiser.Gelu']);
  expect(bare.reference).not.toContain('denoiser.Gelu');
  expect(bare.missing).toContain('Conv2DBackpropFilter');
});
