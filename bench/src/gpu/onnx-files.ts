import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import '@tensorflow/tfjs';
import { exportOnnx } from '@denoiser/onnx';
import * as tf from '@tensorflow/tfjs-core';
import { createNetwork, type NetworkName } from '../web/networks';

/** The networks as models of ONNX, for as long as they are measured. */
export type OnnxFiles = {
  readonly folder: string;
  pathOf(network: NetworkName, attention: 'contrib' | 'plain'): string;
  remove(): void;
};

export async function writeOnnxFiles(
  networks: readonly NetworkName[],
  { size, baseWidth }: { size: number; baseWidth: number },
): Promise<OnnxFiles> {
  tf.enableProdMode(); // else the backend advertises tfjs-node
  await tf.setBackend('cpu');
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-bench-'));
  const nameOf = (name: NetworkName, attention: string) => `${name}-${attention}.onnx`;
  for (const name of networks) {
    const network = createNetwork(name, baseWidth);
    for (const attention of ['contrib', 'plain'] as const) {
      const model = await exportOnnx(network, { imageShape: [size, size, 3], attention });
      writeFileSync(join(folder, nameOf(name, attention)), model);
    }
    network.dispose();
  }
  return {
    folder,
    pathOf: (name, attention) => join(folder, nameOf(name, attention)),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
