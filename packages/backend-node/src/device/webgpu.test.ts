import { expect, test } from 'vitest';
import type { Adapter } from './adapter';
import { adapterIn, isSoftware, nameOf } from './adapter';
import { createWebGPU } from './webgpu';

const card: Adapter = {
  vendor: 'nvidia',
  architecture: 'lovelace',
  device: '',
  description: 'NVIDIA GeForce RTX 4090',
  isFallbackAdapter: false,
};
const swiftShader = { ...card, vendor: 'google', architecture: 'swiftshader', description: 'SwiftShader driver 5.0.0' };
const llvmpipe = { ...card, vendor: 'mesa', architecture: '', description: 'llvmpipe (LLVM 15.0.6, 256 bits)' };

const onAdapter = (adapter: Adapter | undefined, isInstalled = true) =>
  createWebGPU({ isInstalled: () => isInstalled, findAdapter: async () => adapter });

test('a graphics card is taken without reservation', async () => {
  const device = onAdapter(card);
  expect(await device.obstacle()).toBeUndefined();
  expect(await device.reservation?.()).toBeUndefined();
  expect(nameOf(card)).toBe('NVIDIA GeForce RTX 4090 (nvidia lovelace)');
});

test.each([swiftShader, llvmpipe, { ...card, isFallbackAdapter: true }])(
  'a software adapter is left to those who name it: $description',
  async (adapter) => {
    expect(isSoftware(adapter)).toBe(true);
    expect(await onAdapter(adapter).reservation?.()).toContain(`its adapter, ${nameOf(adapter)}, is software`);
  },
);

test('a process that ends without an answer, or with something else, has found no adapter', () => {
  expect(adapterIn(`driver 1.0\n${JSON.stringify(card)}\n`)).toEqual(card);
  for (const answer of ['null\n', '', 'driver 1.0\n']) expect(adapterIn(answer)).toBeUndefined();
});

test('without an adapter, or without Dawn, the obstacle says which of them is missing', async () => {
  expect(await onAdapter(undefined).obstacle()).toMatch(/found no graphics adapter/);
  expect(await onAdapter(card, false).obstacle()).toBe('the package webgpu is not installed');
});
