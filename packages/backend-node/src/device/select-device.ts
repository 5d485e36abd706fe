import { createRequire } from 'node:module';
import { perhaps } from '@denoiser/errors';
import { checkOptionNames } from '@denoiser/pipeline';
import { NodeError } from '../errors';
import type { DeviceCandidate } from './candidate';
import { candidates as installed } from './candidates';

// To import tfjs takes four times as long: Node first looks through megabytes for the names of what is exported.
const require = createRequire(import.meta.url);

export type Device = {
  /** What it is called in `--device`. */
  readonly name: string;
  /** The tfjs backend that is now current. */
  readonly backend: string;
  readonly threads: number;
  /** What it computes on, if that is not the processor. */
  readonly adapter?: string;
  /** Bytes that a tensor has at most, where the adapter limits them. How much memory it has WebGPU does not tell. */
  readonly tensorBytes?: number;
  /** Why this one. */
  readonly reason: string;
  /** All that were considered, in order of preference. */
  readonly candidates: readonly { readonly name: string; readonly available: boolean; readonly reason: string }[];
};

/**
 * Makes the best device tfjs's current backend, with every gradient registered, and returns which and why. 'auto' (default)
 * takes the first candidate that starts and is worth taking; a name takes that one or fails; `webgpu:1` takes the second of
 * several adapters.
 *
 * @throws DenoiserError for an unknown name (it lists the known ones) and for a device that does not start.
 */
export async function selectDevice(
  options: { device?: string } = {},
  known: readonly DeviceCandidate[] = installed,
): Promise<Device> {
  checkOptionNames('selectDevice', options, ['device']);
  const { device = 'auto' } = options;
  const candidates = known.map((candidate) => numbered(candidate, device));
  const names = candidates.map(({ name }) => name);
  if (device !== 'auto' && !names.includes(device)) {
    throw new NodeError(
      'device-unknown',
      `There is no device "${device}": choose one of auto, ${names.join(', ')}${perhaps(device, ['auto', ...names])}.`,
    );
  }
  // All at once: some ask another process.
  const obstacles = candidates.map((candidate) => candidate.obstacle());
  require('@tensorflow/tfjs'); // gradients and the cpu backend
  const considered: { name: string; available: boolean; reason: string }[] = [];
  let chosen: Omit<Device, 'candidates'> | undefined;
  for (const [i, candidate] of candidates.entries()) {
    const { name, backend, description } = candidate;
    let obstacle = await obstacles[i];
    const reservation = obstacle === undefined ? await candidate.reservation?.() : undefined;
    const isWanted = !chosen && (device === name || (device === 'auto' && reservation === undefined));
    if (isWanted && obstacle === undefined) {
      try {
        const started = await candidate.start();
        const reason = device === name ? 'it was asked for' : `it is ${description}, the first that runs here`;
        chosen = { name, backend, ...started, reason };
      } catch (error) {
        obstacle = messageOf(error);
      }
    }
    const reason = obstacle ?? reservation ?? `it is ${description}`;
    considered.push({ name, available: obstacle === undefined, reason });
  }
  if (!chosen) {
    const wanted = considered.filter(({ name }) => device === 'auto' || device === name);
    const reasons = wanted.map(({ name, reason }) => `${name} (${reason})`).join(', ');
    throw new NodeError(
      'device-missing',
      `This machine can't run ${reasons}: choose another device or install what is missing.`,
    );
  }
  return { ...chosen, candidates: considered };
}

/** The candidate itself, or on the adapter that the wanted name says. */
function numbered(candidate: DeviceCandidate, wanted: string): DeviceCandidate {
  const [, name, number] = /^(.+):(\d{1,3})$/.exec(wanted) ?? [];
  return name === candidate.name && candidate.on ? candidate.on(Number(number)) : candidate;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.split('\n')[0] : String(error);
}
