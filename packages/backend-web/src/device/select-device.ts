import { WebError } from '../errors';
import type { Device, DeviceRequest } from '../protocol/device';
import { adviceFor } from './advice';
import type { DeviceCandidate, Gpu, Started } from './candidate';

/** A device, and the GPU that it is on, if it is on one. */
export type SelectedDevice = { readonly device: Device; readonly gpu?: Gpu };

/**
 * Makes the best device tfjs's current backend, with every gradient registered, and says which and why. 'auto' (default)
 * takes the first candidate that starts: WebGPU, the CPU engine, WebGL, plain JavaScript; a name takes that one or fails.
 *
 * @throws DenoiserError for an unknown name (it lists the known ones) and for a device that does not start.
 */
export async function selectDevice(
  options: { readonly device?: DeviceRequest } = {},
  candidates?: readonly DeviceCandidate[],
): Promise<Device> {
  return (await select(options, candidates)).device;
}

/** The same with what goes beyond messages. */
export async function select(
  { device: request = 'auto' }: { readonly device?: DeviceRequest },
  given?: readonly DeviceCandidate[],
): Promise<SelectedDevice> {
  // Late, so that a page that only connects a worker loads none of it.
  const candidates = given ?? (await import('./candidates')).candidates;
  const names: readonly string[] = candidates.map(({ name }) => name);
  if (request !== 'auto' && !names.includes(request)) {
    throw new WebError('device-unknown', `There is no device "${request}": choose one of auto, ${names.join(', ')}.`);
  }
  await import('@tensorflow/tfjs'); // gradients and the cpu backend
  const considered: { name: string; available: boolean; reason: string }[] = [];
  let chosen: (Pick<Device, 'name' | 'backend' | 'reason'> & Started) | undefined;
  for (const candidate of candidates) {
    const { name, backend, description } = candidate;
    const isNamed = request === name;
    let obstacle = await answerOf(candidate.obstacle());
    if (obstacle === undefined && !isNamed) obstacle = await answerOf(candidate.reservation?.());
    if (obstacle === undefined && !chosen && (isNamed || request === 'auto')) {
      try {
        const reason = isNamed ? 'it was asked for' : `it is ${description}, the first that runs here`;
        chosen = { name, backend, reason, ...(await candidate.start()) };
      } catch (error) {
        obstacle = messageOf(error);
      }
    }
    considered.push({ name, available: obstacle === undefined, reason: obstacle ?? `it is ${description}` });
  }
  if (!chosen) {
    const wanted = considered.filter(({ name }) => request === 'auto' || request === name);
    const reasons = wanted.map(({ name, reason }) => `${name} (${reason})`).join(', ');
    throw new WebError(
      'device-missing',
      `This browser can't run ${reasons}: choose another device or update the browser.`,
    );
  }
  const { gpu, ...rest } = chosen;
  const device: Device = { ...rest, candidates: considered };
  const advice = adviceFor(device);
  return { device: { ...device, ...(advice && { advice }) }, ...(gpu && { gpu }) };
}

/** What is in the way; a question that fails is an obstacle, too. */
async function answerOf(question: Promise<string | undefined> | undefined): Promise<string | undefined> {
  try {
    return await question;
  } catch (error) {
    return messageOf(error);
  }
}

function messageOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] as string;
}
