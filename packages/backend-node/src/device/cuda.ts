import { backend, setBackend } from '@tensorflow/tfjs-core';
import type { DeviceCandidate } from './candidate';
import { findPackage } from './find-package';

const PACKAGE = '@tensorflow/tfjs-node-gpu';
/** TensorFlow's binding calls functions that later versions of Node no longer have. */
const LAST_NODE = 22;

/** Where the binding comes from; for tests, which have none. */
export type TensorFlowSource = {
  readonly nodeVersion: string;
  isInstalled(): boolean;
  /** Registers tfjs's backend 'tensorflow'. */
  load(): Promise<unknown>;
};

const installed: TensorFlowSource = {
  nodeVersion: process.versions.node,
  isInstalled: () => findPackage(PACKAGE) !== undefined,
  load: () => import(PACKAGE),
};

/** An NVIDIA graphics card through TensorFlow's own library, where the user has installed its binding. */
export function createCuda(source: TensorFlowSource = installed): DeviceCandidate {
  return {
    name: 'cuda',
    backend: 'tensorflow',
    description: "TensorFlow's library on an NVIDIA graphics card",
    async obstacle() {
      if (!source.isInstalled()) return `the package ${PACKAGE} is not installed`;
      const [major] = source.nodeVersion.split('.');
      if (Number(major) <= LAST_NODE) return undefined;
      return `${PACKAGE} runs on Node ${LAST_NODE} and older, and this is Node ${source.nodeVersion}`;
    },
    async start() {
      await source.load();
      if (!(await setBackend('tensorflow'))) throw new Error('its backend did not start');
      if (!(backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice) {
        throw new Error('TensorFlow found no graphics card that it can use: it wants CUDA 11.2 and cuDNN 8.1');
      }
      return { threads: 1, adapter: 'an NVIDIA graphics card' };
    },
  };
}
