import type { Device, DeviceRequest } from '@denoiser/backend-web';
import { signal } from '@preact/signals';

const REQUESTS: readonly DeviceRequest[] = ['auto', 'webgpu', 'engine', 'webgl', 'cpu'];

/** What computes; undefined until something is to be computed. */
export const device = signal<Device | undefined>(undefined);
/** Whether one is just being started. */
export const isStarting = signal(false);
/** Why nothing computes, in a sentence. */
export const deviceFailure = signal<string | undefined>(undefined);
/** What the user asked for, also by `?device=engine` in the address. */
export const requestedDevice = signal<DeviceRequest>(
  REQUESTS.find((name) => name === new URLSearchParams(location.search).get('device')) ?? 'auto',
);
