import { createRequire } from 'node:module';
import * as ops from '@denoiser/ops';
import { getKernel } from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { trainingKernels } from './training-kernels';

export type DeviceDescription = {
  /** Versions of Node, tfjs and the packages, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly kernels: {
    /** denoiser's kernels that the backend brings itself. */
    readonly native: readonly string[];
    /** denoiser's kernels that run as compositions of tfjs's. */
    readonly reference: readonly string[];
    /** tfjs's own kernels that training needs and the backend lacks. */
    readonly missing: readonly string[];
  };
};

const packages = ['@denoiser/backend-node', '@denoiser/ops', '@denoiser/trainer', '@tensorflow/tfjs-core'];
/** Optional packages, by the tfjs backend that needs them. */
const packageOf: Readonly<Record<string, string>> = { webgpu: 'webgpu', tensorflow: '@tensorflow/tfjs-node-gpu' };

/**
 * What there is to know when something is wrong with a device: versions, and which kernels its backend has. Ask before the
 * first computation on it: then the backends that lack a kernel are given the reference, and it looks like their own.
 */
export function describeDevice({ backend }: { readonly backend: string }): DeviceDescription {
  const has = (name: string) => getKernel(name, backend) != null;
  const extra = packageOf[backend];
  const own = Object.values<unknown>(ops).filter(isKernelName);
  return {
    versions: {
      node: process.versions.node,
      ...Object.fromEntries([...packages, ...(extra ? [extra] : [])].map((name) => [name, versionOf(name)])),
      sharp: sharp.versions.sharp ?? 'unknown',
    },
    kernels: {
      native: own.filter(has),
      reference: own.filter((name) => !has(name) && name !== ops.Halves), // which need not be had
      missing: trainingKernels.filter((name) => !has(name)),
    },
  };
}

function isKernelName(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('denoiser.');
}

function versionOf(name: string): string {
  const manifest: { version: string } = createRequire(import.meta.url)(`${name}/package.json`);
  return manifest.version;
}
