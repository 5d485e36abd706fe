import { expect, test } from 'vitest';
import type { Adapter } from './adapter';
import { adapterName, isReachable, isSoftwareAdapter } from './adapter';
import { adaptersIn } from './find-adapters';
import { selectDevice } from './select-device';
import { createWebGPU } from './webgpu';

const card: Adapter = {
  name: 'NVIDIA GeForce RTX 4090',
  vendor: 'nvidia',
  architecture: 'lovelace',
  device: '',
  description: 'NVIDIA: 550.54.14',
  isFallbackAdapter: false,
  maxBufferSize: 2 ** 32,
  maxStorageBufferBindingSize: 2 ** 31,
};
const swiftShader = {
  ...card,
  name: 'SwiftShader Device',
  vendor: 'google',
  architecture: 'swiftshader',
  description: 'SwiftShader driver 5.0.0',
};
const llvmpipe = {
  ...card,
  name: 'llvmpipe',
  vendor: 'mesa',
  architecture: '',
  description: 'llvmpipe (LLVM 15.0.6, 256 bits)',
};

const onAdapters = (adapters: readonly Adapter[], isInstalled = true) =>
  createWebGPU({ isInstalled: () => isInstalled, listAdapters: async () => adapters });
const onAdapter = (adapter: Adapter | undefined, isInstalled = true) =>
  onAdapters(adapter ? [adapter] : [], isInstalled);

test('a graphics card is taken without reservation', async () => {
  const device = onAdapter(card);
  expect(await device.obstacle()).toBeUndefined();
  expect(await device.reservation?.()).toBeUndefined();
  expect(adapterName(card)).toBe('NVIDIA GeForce RTX 4090 (nvidia lovelace)');
});

test.each([swiftShader, llvmpipe, { ...card, isFallbackAdapter: true }])(
  'a software adapter is left to those who name it: $description',
  async (adapter) => {
    expect(isSoftwareAdapter(adapter)).toBe(true);
    expect(await onAdapter(adapter).reservation?.()).toContain(`its adapter, ${adapterName(adapter)}, is software`);
  },
);

test('a process that ends without an answer, or with something else, has found no adapter', () => {
  expect(adaptersIn(`driver 1.0\n${JSON.stringify([card])}\n`)).toEqual([card]);
  for (const answer of ['null\n', '', 'driver 1.0\n', '{}\n']) expect(adaptersIn(answer)).toEqual([]);
});

test('of several adapters each has a number, and one that is not there is refused with those that are', async () => {
  const device = onAdapters([card, swiftShader]);
  expect(await device.on?.(1).obstacle()).toBeUndefined();
  expect(device.on?.(1).name).toBe('webgpu:1');
  await expect(selectDevice({ device: 'webgpu:2' }, [device])).rejects.toMatchObject({
    code: 'device-missing',
    message:
      "This machine can't run webgpu:2 (there is no adapter 2, but 0, NVIDIA GeForce RTX 4090 (nvidia lovelace) and 1, SwiftShader Device (google swiftshader)): choose another device or install what is missing.",
  });
  await expect(selectDevice({ device: 'webgpu:one' }, [device])).rejects.toMatchObject({ code: 'device-unknown' });
});

test('Dawn takes the first adapter whose name has the given one in it, so that of equal ones only the first can be had', async () => {
  const named = (...names: string[]) => names.map((name) => ({ name }));
  expect(isReachable(named('A', 'B'), 1)).toBe(true);
  expect(isReachable(named('A', 'A'), 0)).toBe(true);
  expect(isReachable(named('A', 'A'), 1)).toBe(false);
  expect(isReachable(named('RTX 4090 D', 'RTX 4090'), 1)).toBe(false);
  expect(await onAdapters([card, card]).on?.(1).obstacle()).toMatch(
    /chooses adapters by name, and adapter 1 has that of one/,
  );
});

test('without an adapter, or without Dawn, the obstacle says which of them is missing', async () => {
  expect(await onAdapter(undefined).obstacle()).toMatch(/found no graphics adapter/);
  expect(await onAdapter(card, false).obstacle()).toBe('the package webgpu is not installed');
});
