import { DenoiserError } from '@denoiser/errors';
import { type SelectedDevice, select } from '../device/select-device';
import { outOfMemory, WebError } from '../errors';
import type { Device, DeviceRequest } from '../protocol/device';

/** The device of a worker, through its losses. */
export interface DeviceKeeper {
  /**
   * Chooses it, once; whoever asks meanwhile gets the same.
   *
   * @throws what `selectDevice` throws; DenoiserError (`device-chosen`) where another was chosen.
   */
  start(request: DeviceRequest): Promise<Device>;
  /**
   * Returns the device.
   *
   * @throws DenoiserError (`device-unchosen`) where none was chosen yet.
   */
  current(): SelectedDevice;
  /** Chooses the best device if none was chosen, and recovers first if it was lost while nobody needed it. */
  ready(): Promise<void>;
  /**
   * Returns what `work` gives; throws `device-lost` as soon as the device goes, even if `work` then waits for ever. Whatever else goes
   * wrong at that moment is taken for a consequence. `out-of-memory` when the GPU's memory does not suffice, of which the
   * work itself learns nothing: its results would be zeros.
   */
  guard<T>(work: Promise<T>): Promise<T>;
  /** After a loss: the device again, or the best that is left. All who ask at the same time get the same. */
  recover(): Promise<Device>;
  /** Called after a recovery, before anybody goes on. */
  onRecovered(listener: () => Promise<void>): void;
  /**
   * Destroys the GPU device.
   *
   * @throws DenoiserError (`gpu-missing`) on other devices.
   */
  lose(): void;
}

/** How long the news of a loss may be later than its first consequence. */
const PATIENCE_MS = 200;

export function createDeviceKeeper(choose: typeof select = select): DeviceKeeper {
  let request: DeviceRequest = 'auto';
  let selected: SelectedDevice | undefined;
  let starting: Promise<SelectedDevice> | undefined;
  let recovery: Promise<Device> | undefined;
  let isLost = false;
  const listeners: (() => Promise<void>)[] = [];

  const current = () => {
    if (!selected) throw new WebError('device-unchosen', 'No device was chosen yet: call start first.');
    return selected;
  };

  function take(chosen: SelectedDevice): SelectedDevice {
    selected = chosen;
    isLost = false;
    void chosen.gpu?.lost.then(() => {
      isLost ||= selected === chosen;
    });
    return chosen;
  }

  async function again(): Promise<Device> {
    // A driver that crashed may be gone for good; then anything is better than nothing.
    const { device } = take(await choose({ device: request }).catch(() => choose({ device: 'auto' })));
    for (const listener of listeners) await listener();
    return device;
  }

  function recover(): Promise<Device> {
    recovery ??= again().finally(() => {
      recovery = undefined;
    });
    return recovery;
  }

  async function start(wanted: DeviceRequest): Promise<Device> {
    if (!starting) {
      request = wanted;
      starting = choose({ device: wanted }).then(take, (error: unknown) => {
        starting = undefined; // room for another try
        throw error;
      });
    }
    await starting;
    const { device } = current();
    if (wanted === 'auto' || wanted === device.name || wanted === request) return device;
    throw new WebError(
      'device-chosen',
      `This worker computes on ${device.name} already: make another worker for ${wanted}.`,
    );
  }

  return {
    current,
    recover,
    start,
    async ready() {
      await (starting ?? start('auto'));
      if (isLost || recovery) await recover();
    },
    async guard(work) {
      const { gpu, device } = current();
      if (!gpu) return work;
      const lost = gpu.lost.then((reason) => {
        throw new WebError('device-lost', `The device ${device.name} was lost (${reason}): try again.`);
      });
      lost.catch(() => {});
      const memory = watchMemory(gpu.device);
      try {
        return await Promise.race([work, lost, memory.exhausted]);
      } catch (error) {
        await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
        throw error;
      } finally {
        memory.end();
      }
    },
    onRecovered: (listener) => void listeners.push(listener),
    lose() {
      const { gpu, device } = current();
      if (!gpu) throw new WebError('gpu-missing', `The device ${device.name} cannot be lost; start with webgpu.`);
      gpu.device.destroy();
    },
  };
}

function watchMemory(device: GPUDevice): { readonly exhausted: Promise<never>; end(): void } {
  let listen = (_: GPUUncapturedErrorEvent) => {};
  const exhausted = new Promise<never>((_, reject) => {
    listen = ({ error }) => {
      // By name: a worker without WebGPU has no such class.
      if (error.constructor.name === 'GPUOutOfMemoryError') reject(outOfMemory('the graphics card has no more'));
    };
  });
  exhausted.catch(() => {});
  device.addEventListener('uncapturederror', listen);
  return { exhausted, end: () => device.removeEventListener('uncapturederror', listen) };
}

export function isDeviceLoss(error: unknown): boolean {
  return error instanceof DenoiserError && error.code === 'device-lost';
}
