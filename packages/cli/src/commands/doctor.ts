import { arch, cpus, platform, totalmem } from 'node:os';
import {
  type Adapter,
  adapterName,
  describeDevice as inspectDevice,
  listAdapters,
  selectDevice,
  tensorBytesOf,
} from '@denoiser/backend-node';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { createUNet2D } from '@denoiser/unet';
import { commandOutput } from '../command-output';
import { bytes } from '../progress';
import { describeDevice, list } from '../text';
import { version } from '../version';

/** `denoiser doctor`: what this machine computes with, and whether a small network trains on it. */
export async function doctor({ json, ...options }: { device: string; json?: boolean }): Promise<void> {
  const { print, result } = commandOutput({ isJson: json });
  const device = await selectDevice(options);
  const { versions, kernels } = inspectDevice(device);
  const adapters = await listAdapters();
  const machine = {
    platform: platform(),
    architecture: arch(),
    cores: cpus().length,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
  };
  const heading = (text: string) => `\n${text}`;
  const indented = (text: string) => text.replace(/^/gm, '  ');
  const lines = [
    'Device',
    indented(
      list({
        chosen: describeDevice(device),
        ...Object.fromEntries(
          device.candidates.filter(({ name }) => name !== device.name).map(({ name, reason }) => [name, reason]),
        ),
        machine: `${machine.platform} ${machine.architecture}, ${machine.cores} × ${machine.processor}, ${Math.round(machine.memoryBytes / 2 ** 30)} GiB`,
      }),
    ),
    ...(adapters.length > 0 ? [heading('Graphics adapters'), indented(list(describeAdapters(adapters)))] : []),
    heading('Versions'),
    indented(list({ denoiser: version, ...versions })),
    heading('Kernels'),
    indented(
      list({
        native: kernels.native.map(shortName).join(', ') || 'none',
        composed: kernels.reference.map(shortName).join(', ') || 'none',
        missing: kernels.missing.join(', ') || 'none',
      }),
    ),
  ];
  print(lines.join('\n'));
  const { loss, milliseconds } = await trainOnce();
  const found = `a training step of a small network takes ${milliseconds.toFixed(0)} ms, loss ${loss.toFixed(3)}`;
  print(`\nCheck\n${indented(found)}`);
  const { name, backend, threads, adapter, reason, candidates } = device;
  result({
    device: { name, backend, threads, adapter, reason },
    candidates,
    adapters,
    machine,
    versions: { denoiser: version, ...versions },
    kernels,
    check: { loss, milliseconds },
  });
}

/** The adapters by the names of their devices. How much memory they have, and what of it is free, WebGPU does not say. */
function describeAdapters(adapters: readonly Adapter[]): Record<string, string> {
  const lines = adapters.map((adapter, i) => [
    `webgpu:${i}`,
    `${adapterName(adapter)}, up to ${bytes(tensorBytesOf(adapter))} in a tensor`,
  ]);
  return { ...Object.fromEntries(lines), memory: 'WebGPU does not tell how much there is, nor how much of it is free' };
}

const shortName = (kernel: string): string => kernel.replace(/^denoiser\./, '');

/** As few kernels as have all that networks are made of, since a graphics card compiles each of them first. */
const SMALL = {
  in_channels: 3,
  out_channels: 3,
  layers_per_block: 1,
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  norm_num_groups: 4,
} as const;

/** Two steps on one grey picture; the first pays for compiling. */
async function trainOnce(): Promise<{ loss: number; milliseconds: number }> {
  const model = createUNet2D(SMALL);
  const trainer = createTrainer({ model, seed: 0, batchSize: 1 });
  const dataset = memoryDataset({ images: new Float32Array(8 * 8 * 3), imageShape: [8, 8, 3] });
  try {
    await trainer.fit(dataset, { steps: 1 });
    const start = performance.now();
    const { losses } = await trainer.fit(dataset, { steps: 2 });
    return { loss: losses[0]?.loss ?? Number.NaN, milliseconds: performance.now() - start };
  } finally {
    trainer.dispose();
    model.dispose();
  }
}
