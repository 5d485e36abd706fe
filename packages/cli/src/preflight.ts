import { describeDevice as inspectDevice } from '@denoiser/backend-node';
import type { Preflight } from '@denoiser/trainer';
import { bytes, duration, rate } from './progress';

/** What two trial steps have found, for people. */
export function describePreflight(
  found: Preflight,
  device: { backend: string },
  processBytes = process.memoryUsage.rss(),
): Record<string, string> {
  const { stateBytes, peakBytes, secondsPerStep, imagesPerSecond, remaining } = found;
  const { missing } = inspectDevice(device).kernels;
  const seconds = secondsPerStep < 1 ? `${Math.round(1000 * secondsPerStep)} ms` : `${rate(secondsPerStep)} s`;
  return {
    'missing kernels': missing.join(', ') || 'none',
    memory: `${bytes(peakBytes)} of tensors at most, ${bytes(stateBytes)} of them weights, moments and averages; the process has ${bytes(processBytes)}`,
    'a step': `${seconds}, ${rate(imagesPerSecond)} images/s`,
    ...(remaining && {
      'in all': `${duration(remaining.seconds)} for ${remaining.steps.toLocaleString('en')} steps, without samples`,
    }),
  };
}
