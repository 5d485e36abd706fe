import '@tensorflow/tfjs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { registerNativeEngine } from '@denoiser/kernels-cpu-native';
import { meanSquaredError } from '@denoiser/ops';
import { createAdamW, trainStep } from '@denoiser/trainer/parts';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';
import { type Work, workOf } from './work';
import { PEAK_FLOPS, SIZE, TIME } from './work-files';

/** What tfjs calls a function with a gradient of its own. */
const CUSTOM_GRADIENT = 'unnamed scope';

type Line = Work & { readonly name: string; readonly calls: number; readonly ms: number };

/**
 * Where the time of a step goes, by kernel, with the rates that each reaches beside what the machine can do: a loop of
 * multiply-adds in registers, and a copy of memory. Times are the least of some runs.
 */
export async function profile(threads: number, isNative: boolean): Promise<string> {
  const engine = await (isNative ? registerNativeEngine : registerCpuEngine)({ threads });
  await tf.setBackend(engine.backendName);
  const peak = threads * (PEAK_FLOPS / least(() => engine.burn(PEAK_FLOPS)) / 1e6);
  const source = new Float32Array(2 ** 24);
  const target = new Float32Array(2 ** 24);
  const copy = (2 * source.byteLength) / least(() => target.set(source)) / 1e6;

  const unet = createUNet();
  const optimizer = createAdamW(unet.parameters);
  const images = (batch: number): tf.Tensor4D => tf.randomNormal([batch, SIZE, SIZE, 3]);
  const [one, four, noise] = [images(1), images(4), images(4)];
  const times = (count: number): tf.Tensor1D => tf.fill([count], TIME);
  const steps: Record<string, () => tf.Tensor> = {
    'sampling step, B = 1': () => unet.denoiser()(one, times(1)),
    'training step, B = 4': () =>
      trainStep({
        parameters: unet.parameters,
        optimizer,
        loss: () => meanSquaredError(unet.denoiser()(four, times(4)), noise),
      }),
  };
  const head = `${threads} threads; multiply-adds in registers ${peak.toFixed(0)} GFLOP/s, copying ${copy.toFixed(1)} GB/s`;
  const parts = [head];
  for (const [name, step] of Object.entries(steps)) parts.push(await profileStep(name, step));
  return `${parts.join('\n\n')}\n`;
}

async function profileStep(name: string, step: () => tf.Tensor): Promise<string> {
  const run = () => tf.dispose(tf.tidy(step));
  const ms = least(run);
  let best: Line[] = [];
  for (let i = 0; i < 3; i++) {
    const lines = await measure(step);
    if (best.length === 0 || total(lines) < total(best)) best = lines;
  }
  const inKernels = total(best);
  const rows = best
    .sort((a, b) => b.ms - a.ms)
    .filter((line) => line.ms > inKernels / 1000)
    .map(({ name: kernel, calls, ms: spent, flops, bytes }) => {
      const rate = flops > 0 ? (flops / spent / 1e6).toFixed(0) : '';
      const share = `${((100 * spent) / inKernels).toFixed(1)} %`;
      return `| ${kernel} | ${calls} | ${spent.toFixed(1)} | ${share} | ${rate} | ${(bytes / spent / 1e6).toFixed(1)} |`;
    });
  return [
    `**${name}**: ${ms.toFixed(0)} ms; ${inKernels.toFixed(0)} ms in kernels`,
    '',
    '| kernel | calls | ms | share | GFLOP/s | GB/s |',
    '|---|---:|---:|---:|---:|---:|',
    ...rows,
  ].join('\n');
}

async function measure(step: () => tf.Tensor): Promise<Line[]> {
  const { kernels } = await tf.profile(() => tf.tidy(step));
  const lines = new Map<string, Line>();
  for (const { name, kernelTimeMs, inputShapes, outputShapes } of kernels) {
    if (name === CUSTOM_GRADIENT) continue; // holds kernels that are counted themselves
    const before = lines.get(name) ?? { name, calls: 0, ms: 0, flops: 0, bytes: 0 };
    const { flops, bytes } = workOf(
      name,
      inputShapes.filter((shape) => shape != null),
      outputShapes,
    );
    lines.set(name, {
      name,
      calls: before.calls + 1,
      ms: before.ms + Number(await kernelTimeMs),
      flops: before.flops + flops,
      bytes: before.bytes + bytes,
    });
  }
  return [...lines.values()];
}

const total = (lines: readonly Line[]): number => lines.reduce((sum, { ms }) => sum + ms, 0);

/** Milliseconds of the quickest of some calls. */
function least(f: () => void): number {
  let ms = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i++) {
    const started = performance.now();
    f();
    ms = Math.min(ms, performance.now() - started);
  }
  return ms;
}
