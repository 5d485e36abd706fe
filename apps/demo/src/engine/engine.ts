import { type Client, connectWorker, type Device, type DeviceRequest } from '@denoiser/backend-web';
import { batch } from '@preact/signals';
import { inThePagesWords } from '../ui/in-the-pages-words';
import { device, deviceFailure, isStarting, requestedDevice } from './device';

/** The worker that computes, with the device it chose. */
export type Engine = { readonly client: Client; readonly device: Device };

let engine: Promise<Engine> | undefined;

/**
 * The worker, started when it is first asked for: only then the page fetches TensorFlow.js.
 *
 * @throws DenoiserError if nothing computes here; the next call tries again.
 */
export function startEngine(): Promise<Engine> {
  if (!engine) {
    const mine = start(requestedDevice.value, () => {
      if (engine === mine) engine = undefined; // another one may have taken its place
    });
    engine = mine;
  }
  return engine;
}

/** Ends the worker, whatever it does, and begins anew on another device. Loaded models are gone with it. */
export async function switchDevice(request: DeviceRequest): Promise<Engine> {
  const old = engine;
  engine = undefined;
  requestedDevice.value = request;
  (await old?.catch(() => undefined))?.client.close();
  return startEngine();
}

/** Does something with the worker, and once more with the next one where the worker was ended for another device. */
export async function withEngine<T>(work: (engine: Engine) => Promise<T>): Promise<T> {
  const engine = await startEngine();
  try {
    return await work(engine);
  } catch (error) {
    if (!isSwitched(error)) throw error;
    return withEngine(work);
  }
}

/** Whether work ended only because its worker was ended for another device. */
export const isSwitched = (error: unknown): boolean => (error as { code?: unknown }).code === 'worker-closed';

/** Starts a worker; `onEnd` is told that it has failed and answers no more: what is asked next gets a new one. */
async function start(request: DeviceRequest, onEnd: () => void): Promise<Engine> {
  isStarting.value = true;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'denoiser' });
  const client = connectWorker(worker);
  worker.addEventListener('error', onEnd);
  try {
    const chosen = await client.start({ device: request });
    batch(() => {
      isStarting.value = false;
      deviceFailure.value = undefined;
      device.value = chosen;
    });
    return { client, device: chosen };
  } catch (error) {
    client.close();
    onEnd();
    batch(() => {
      isStarting.value = false;
      deviceFailure.value = inThePagesWords(error);
      device.value = undefined;
    });
    throw error;
  }
}
