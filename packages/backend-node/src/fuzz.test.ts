import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { changeBytes, changeJson, fuzz } from '../../../tests/fuzz';
import { tiffOf } from '../test/tiff';
import { zipOf } from '../test/zip';
import { lockFolder } from './files/folder-lock';
import { readLockHolder } from './files/lock-holder';
import { readLossLog } from './files/loss-log';
import { decode } from './images/decode';
import { openImageFolder } from './images/image-folder';
import { readZip } from './images/zip';
import { readPictureInfo } from './png/picture-info';
import { withText } from './png/text-chunk';
import { withoutFrame } from './png/without-frame';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'denoiser-fuzz-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const picture = sharp({
  create: { width: 12, height: 10, channels: 3, background: '#888', noise: { type: 'gaussian', mean: 128, sigma: 40 } },
});
const encoded = (format: 'png' | 'jpeg' | 'webp' | 'gif' | 'tiff' | 'avif') =>
  picture.clone().toFormat(format).toBuffer();
const bytesOf = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('whatever an archive is, it is read or refused in a sentence', async () => {
  const png = await encoded('png');
  const files = [
    { name: 'cat/1.png', content: png },
    { name: 'dog/', content: new Uint8Array(0), isStored: true },
    { name: 'dog/ü.png', content: png, isStored: true },
    { name: 'no-extension', content: png },
  ];
  const path = join(folder, 'a.zip');
  const { refused } = await fuzz({
    samples: [zipOf(files), zipOf(files, { zip64: true, comment: 'a comment' })],
    runs: 300,
    async read(bytes) {
      await writeFile(path, bytes);
      let firstFault: unknown;
      for (const entry of await readZip(path)) {
        await entry.read().catch((error) => {
          firstFault ??= error;
        });
        await entry.start(256).catch((error) => {
          firstFault ??= error;
        });
      }
      await openImageFolder(path, { size: 8, skipBad: true });
      if (firstFault) throw firstFault;
    },
  });
  expect(refused).toBeGreaterThan(0);
});

test('whatever an image is, it is read or refused in a sentence', async () => {
  const samples = [
    ...(await Promise.all((['png', 'jpeg', 'webp', 'gif', 'tiff', 'avif'] as const).map(encoded))),
    tiffOf({ width: 8, height: 8, data: new Uint8Array(192), bits: 8, samplesPerPixel: 3, photometric: 2 }),
    Buffer.from('P3\n2 1 255\n255 0 0 1 2 3\n'),
    Buffer.concat([Buffer.from('P6\n2 2\n255\n'), Buffer.alloc(12, 99)]),
    Buffer.concat([Buffer.from('P4\n9 2\n'), Buffer.alloc(4, 99)]),
    Buffer.from(
      `424d4600000000000000360000002800000002000000020000000100180000000000${'00'.repeat(20)}${'7f'.repeat(16)}`,
      'hex',
    ),
    Buffer.from(
      `424d46000000000000003e000000280000000200000002000000010001000000000008${'00'.repeat(19)}${'7f'.repeat(16)}`,
      'hex',
    ),
  ];
  const read = (bytes: Uint8Array) => decode('a.png', { frame: [8, 8], channels: 3, read: async () => bytes });
  const { refused } = await fuzz({ samples, read, runs: 1000 });
  expect(refused).toBeGreaterThan(0);
});

test('whatever a PNG says of itself, it is taken or refused in a sentence', async () => {
  const layout = { count: 1, columns: 8, padding: 2, scale: 3, imageShape: [8, 8, 3] };
  const info = { layout, settings: { seed: 7, classes: ['猫'], guidance: { scale: 3 } } };
  const data = new Uint8Array(28 * 28 * 3);
  const plain = await sharp(data, { raw: { width: 28, height: 28, channels: 3 } })
    .png()
    .toBuffer();
  const path = join(folder, 'a.png');
  async function read(png: Uint8Array) {
    const found = await readPictureInfo(path, png);
    if (found) expect(found.layout.count * found.layout.scale).toBeGreaterThan(0);
    await withoutFrame(path, png);
  }
  const said = await fuzz({
    samples: [bytesOf(info)],
    change: changeJson,
    runs: 1000,
    read: (text) => read(withText(plain, 'denoiser', new TextDecoder().decode(text))),
  });
  expect(said.refused).toBeGreaterThan(0);
  await fuzz({ samples: [withText(plain, 'denoiser', JSON.stringify(info))], change: changeBytes, runs: 1000, read });
});

const holder = { pid: 5, host: 'a', since: '2026-01-01T00:00:00.000Z', started: 'boot/1', space: '/pid:[1]', id: 'x' };

test('whatever a lock says, it is a holder, or known not to be', async () => {
  const read = (bytes: Uint8Array) => {
    const found = readLockHolder(bytes);
    if (typeof found === 'object') expect([found.pid > 0, typeof found.host]).toEqual([true, 'string']);
  };
  const { refused } = await fuzz({ samples: [bytesOf(holder)], read, change: changeJson, runs: 3000 });
  expect(refused).toBe(0);
});

test('whatever lock lies there, a folder is taken or refused in a sentence', async () => {
  const other = { ...holder, host: 'elsewhere' };
  const path = join(folder, 'run.lock');
  await fuzz({
    samples: [],
    runs: 200,
    // One that is cut off is waited for, for a second, so this is about those that are not.
    change: (random) => changeJson((below) => (below === 8 ? 1 + random(7) : random(below)), [bytesOf(other)]),
    async read(bytes) {
      await rm(path, { force: true });
      await writeFile(path, bytes);
      await (await lockFolder(folder, { isAlive: () => true })).release();
      expect(await readdir(folder)).toEqual([]);
    },
  });
});

test('whatever a log is, its records are read', async () => {
  const lines = [
    { step: 1, loss: 0.5 },
    { step: 2, loss: [1, 2] },
  ]
    .map((line) => JSON.stringify(line))
    .join('\n');
  const path = join(folder, 'log.jsonl');
  const { refused } = await fuzz({
    samples: [Buffer.from(`${lines}\n`)],
    change: changeBytes,
    async read(bytes) {
      await writeFile(path, bytes);
      for (const { step } of await readLossLog(path)) expect(typeof step).toBe('number');
    },
  });
  expect(refused).toBe(0);
});
