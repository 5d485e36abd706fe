import { describeDevice as inspectDevice } from '@denoiser/backend-node';
import type { Preflight } from '@denoiser/trainer';
import type { NetworkConfig } from './config/network';
import { memoryNeed } from './memory-need';
import { bytes, duration, rate } from './progress';
import { count } from './text';

/** Describes what two trial steps have found. Call it right after them and `tryGrid`. */
export function describePreflight(
  found: Preflight,
  o: {
    device: { backend: string; tensorBytes?: number };
    network: NetworkConfig;
    images: Parameters<typeof memoryNeed>[0]['images'];
    processBytes?: number;
    /** The whole run, in seconds by what has been tried, and the seconds that it may take. */
    whole?: { steps: number; seconds: number; isByTime?: boolean; limit?: number };
  },
): Record<string, string> {
  const { device, network, images, whole, processBytes = process.memoryUsage.rss() } = o;
  const { stateBytes, peakBytes, secondsPerStep, imagesPerSecond } = found;
  const { missing } = inspectDevice(device).kernels;
  const seconds = secondsPerStep < 1 ? `${Math.round(1000 * secondsPerStep)} ms` : `${rate(secondsPerStep)} s`;
  const need = memoryNeed({ processBytes, stateBytes, images });
  return {
    'missing kernels': missing.join(', ') || 'none',
    memory: `about ${bytes(need)} at most; a step has ${bytes(peakBytes)} of tensors, ${bytes(stateBytes)} of them weights, moments and averages`,
    ...(device.tensorBytes !== undefined && {
      'graphics card': `up to ${bytes(device.tensorBytes)} in a tensor; WebGPU does not tell how much memory there is`,
    }),
    'a step': `${seconds}, ${rate(imagesPerSecond)} images/s`,
    ...(whole && { 'in all': wholeRun(whole, quicker({ imageShape: images.imageShape, network })) }),
  };
}

/** Longer than a working day: few want that of a first try, and they had better know now. */
const LONG = 8 * 3600;

/** What a computer without a graphics card bears; only what is above it is worth a flag. */
const SMALL = { size: 32, baseWidth: 32 };

function quicker({ imageShape, network }: { imageShape: readonly number[]; network: NetworkConfig }): string {
  const flags = [
    ...(Math.max(...imageShape.slice(0, 2)) > SMALL.size ? [`--size ${SMALL.size}`] : []),
    ...(network.type === 'original' && network.baseWidth > SMALL.baseWidth ? [`--base-width ${SMALL.baseWidth}`] : []),
  ];
  const smaller = flags.length > 0 ? `${flags.join(' ')}, ` : '';
  return `quicker: ${smaller}fewer --steps, or --minutes 30, which ends with what there is`;
}

function wholeRun(
  {
    steps,
    seconds,
    isByTime,
    limit = Number.POSITIVE_INFINITY,
  }: { steps: number; seconds: number; isByTime?: boolean; limit?: number },
  hint: string,
): string {
  if (isByTime)
    return `${duration(limit)}, in which it takes about ${count(steps, 'step')}; the learning rate falls by the clock`;
  const all = `about ${duration(seconds)} for ${count(steps, 'step')}, grids and checkpoints included`;
  if (limit < seconds) return `${duration(limit)} of ${all}; it ends then with what there is`;
  return seconds < LONG ? all : `${all}; ${hint}`;
}
