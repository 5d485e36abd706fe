import { type Client, connectWorker, type Device, type DeviceRequest } from '@denoiser/backend-web';
import { device, deviceFailure, requestedDevice } from './device';

/** The worker that computes, with the device it chose. */
export type Engine = { readonly client: Client; readonly device: Device };

let engine: Promise<Engine> | undefined;

/**
 * The worker, started when it is first asked for: only then the page fetches TensorFlow.js.
 *
 * @throws DenoiserError if nothing computes here; the next call tries again.
 */
export function startEngine(): Promise<Engine> {
  engine ??= start(requestedDevice.value).catch((error: Error) => {
    engine = undefined;
    deviceFailure.value = error.message;
    throw error;
  });
  return engine;
}

/** Ends the worker, whatever it does, and begins anew on another device. Loaded models are gone with it. */
export async function switchDevice(request: DeviceRequest): Promise<Engine> {
  const old = engine;
  engine = undefined;
  device.value = undefined;
  requestedDevice.value = request;
  (await old?.catch(() => undefined))?.client.close();
  return startEngine();
}

async function start(request: DeviceRequest): Promise<Engine> {
  deviceFailure.value = undefined;
  const client = connectWorker(
    new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'denoiser' }),
  );
  try {
    const chosen = await client.start({ device: request });
    device.value = chosen;
    return { client, device: chosen };
  } catch (error) {
    client.close();
    throw error;
  }
}
