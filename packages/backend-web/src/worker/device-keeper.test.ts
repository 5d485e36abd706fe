import { expect, test } from 'vitest';
import type { SelectedDevice } from '../device/select-device';
import { WebError } from '../errors';
import type { DeviceRequest } from '../protocol/device';
import { createDeviceKeeper, isDeviceLoss } from './device-keeper';

/** A GPU that can be unplugged, and the requests that chose it. */
function gpus(o: { isGoneForGood?: boolean } = {}) {
  const requests: DeviceRequest[] = [];
  const unplug: (() => void)[] = [];
  const device = new EventTarget();
  const choose = async ({ device: request = 'auto' }: { device?: DeviceRequest }): Promise<SelectedDevice> => {
    requests.push(request);
    const isGone = o.isGoneForGood && requests.length > 1;
    if (isGone && request === 'webgpu') throw new WebError('device-missing', 'It is gone.');
    const name = isGone ? 'engine' : 'webgpu';
    const common = { device: { name, backend: name, threads: 1, reason: '', candidates: [] } } as const;
    if (isGone) return common;
    const lost = new Promise<string>((resolve) => unplug.push(() => resolve('unplugged')));
    return { ...common, gpu: { device: device as unknown as GPUDevice, lost } };
  };
  return { keeper: createDeviceKeeper(choose), requests, unplug, device };
}

const later = () => new Promise((resolve) => setTimeout(resolve, 5));

test('work on a device that goes fails at once, even if it would wait for ever', async () => {
  const { keeper, unplug } = gpus();
  await keeper.start('webgpu');
  expect(await keeper.guard(Promise.resolve(5))).toBe(5);
  const work = keeper.guard(new Promise(() => {}));
  unplug[0]?.();
  const error = await work.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'device-lost', message: 'The device webgpu was lost (unplugged): try again.' });
  expect(isDeviceLoss(error)).toBe(true);
});

test('what fails just before the news of the loss is taken for its consequence, other failures are not', async () => {
  const { keeper, unplug } = gpus();
  await keeper.start('webgpu');
  await expect(keeper.guard(Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  const work = keeper.guard(Promise.reject(new Error('buffer is gone')));
  setTimeout(() => unplug[0]?.(), 20);
  await expect(work).rejects.toMatchObject({ code: 'device-lost' });
});

test('memory that the GPU does not have is an error, which the work would not notice', async () => {
  const { keeper, device } = gpus();
  await keeper.start('webgpu');
  const tell = (error: object) => device.dispatchEvent(Object.assign(new Event('uncapturederror'), { error }));
  class GPUOutOfMemoryError {}
  const work = keeper.guard(new Promise(() => {}));
  tell(new GPUOutOfMemoryError());
  await expect(work).rejects.toMatchObject({
    code: 'out-of-memory',
    message: expect.stringContaining('smaller batch'),
  });
  const other = keeper.guard(new Promise((resolve) => setTimeout(() => resolve('done'), 5)));
  tell(new Error('of another kind'));
  expect(await other).toBe('done');
});

test('everybody who recovers gets the same new device, after what was loaded is on it', async () => {
  const { keeper, requests, unplug } = gpus();
  const told: string[] = [];
  keeper.onRecovered(async () => void told.push('loaded again'));
  await keeper.start('webgpu');
  unplug[0]?.();
  const [one, other] = await Promise.all([keeper.recover(), keeper.recover()]);
  expect(one).toBe(other);
  expect(requests).toEqual(['webgpu', 'webgpu']);
  expect(told).toEqual(['loaded again']);
});

test('a device that was lost while nobody needed it is started again when somebody does', async () => {
  const { keeper, requests, unplug } = gpus();
  expect(() => keeper.current()).toThrow('No device was chosen yet');
  await Promise.all([keeper.ready(), keeper.start('auto'), keeper.ready()]); // whoever is first chooses for all
  expect(requests).toHaveLength(1);
  unplug[0]?.();
  await later();
  await keeper.ready();
  await keeper.ready();
  expect(requests).toHaveLength(2);
});

test('where the device asked for does not come back, the best of the others goes on', async () => {
  const { keeper, requests, unplug } = gpus({ isGoneForGood: true });
  await keeper.start('webgpu');
  unplug[0]?.();
  await later();
  expect((await keeper.recover()).name).toBe('engine');
  expect(requests).toEqual(['webgpu', 'webgpu', 'auto']);
  expect(() => keeper.lose()).toThrow('cannot be lost');
});
