import { describeDevice as inspectDevice } from '@denoiser/backend-node';
import type { Preflight } from '@denoiser/trainer';
import { memoryNeed } from './memory-need';
import { bytes, duration, rate } from './progress';

/** What two trial steps have found, for people. Call it right after them and `tryGrid`. */
export function describePreflight(
  found: Preflight,
  o: {
    device: { backend: string };
    images: Parameters<typeof memoryNeed>[0]['images'];
    processBytes?: number;
  },
): Record<string, string> {
  const { device, images, processBytes = process.memoryUsage.rss() } = o;
  const { stateBytes, peakBytes, secondsPerStep, imagesPerSecond, remaining } = found;
  const { missing } = inspectDevice(device).kernels;
  const seconds = secondsPerStep < 1 ? `${Math.round(1000 * secondsPerStep)} ms` : `${rate(secondsPerStep)} s`;
  const need = memoryNeed({ processBytes, stateBytes, images });
  return {
    'missing kernels': missing.join(', ') || 'none',
    memory: `about ${bytes(need)} at most; a step has ${bytes(peakBytes)} of tensors, ${bytes(stateBytes)} of them weights, moments and averages`,
    'a step': `${seconds}, ${rate(imagesPerSecond)} images/s`,
    ...(remaining && {
      'in all': `${duration(remaining.seconds)} for ${remaining.steps.toLocaleString('en')} steps, without samples`,
    }),
  };
}
