import type { NetworkKind } from '@denoiser/pipeline';
import { writeSafetensors } from '@denoiser/safetensors';
import { createUNet, loadUNet } from '@denoiser/unet';
import { connectWorker } from '../src/index';
import type { Client } from '../src/page/client';
import type { Endpoint } from '../src/protocol/endpoint';
import type { Picture, TrainingImage } from '../src/protocol/pictures';
import type { Locks } from '../src/storage/run-lock';
import { serveWorker } from '../src/worker';
import { type FakeOpfs, fakeOpfs } from './fake-opfs';

/** The browser's locks, for one browser of several tabs. */
export function fakeLocks(): Locks {
  const held = new Set<string>();
  return {
    async request(name, _, callback) {
      if (held.has(name)) return callback(null);
      held.add(name);
      try {
        return await callback({ name });
      } finally {
        held.delete(name);
      }
    },
  };
}

const open: MessagePort[] = [];

/** Page and worker in one thread, over a real channel, with a file system and locks in memory. */
export function pageAndWorker(o: { opfs?: FakeOpfs; locks?: Locks; networks?: readonly NetworkKind[] } = {}): {
  client: Client;
  opfs: FakeOpfs;
} {
  const { opfs = fakeOpfs(), locks = fakeLocks(), networks } = o;
  const { port1, port2 } = new MessageChannel();
  for (const port of [port1, port2]) port.start();
  open.push(port1, port2);
  serveWorker(
    { createModel: createUNet, loadModel: loadUNet, ...(networks && { networks }) },
    { endpoint: port2 as unknown as Endpoint, storage: async () => opfs.root, locks },
  );
  return { client: connectWorker(port1 as unknown as Worker), opfs };
}

export function closeAll(): void {
  for (const port of open.splice(0)) port.close();
}

/** The file of a network of 8×8 images in two classes, small and not trained. */
export async function tinyFile(): Promise<Uint8Array> {
  const network = createUNet({ baseWidth: 4, timeDim: 8, classes: 2, imageSize: 8, seed: 3 });
  const file = writeSafetensors(await network.exportParameters(network.parameters));
  network.dispose();
  return file;
}

/** A picture in one colour. */
export function plainPicture(size: number, [r, g, b]: readonly [number, number, number], alpha = 255): Picture {
  const data = new Uint8ClampedArray(4 * size * size);
  for (let i = 0; i < data.length; i += 4) data.set([r, g, b, alpha], i);
  return { width: size, height: size, data };
}

/** Images of 8×8 in two classes, red ones and blue ones. */
export function redAndBlue(each: number): TrainingImage[] {
  return Array.from({ length: 2 * each }, (_, i) => ({
    name: `picture ${i}`,
    source: plainPicture(8, i % 2 === 0 ? [220 + i, 20, 30] : [20, 30, 200 + i]),
    className: i % 2 === 0 ? 'red' : 'blue',
  }));
}
