import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failingFileSystem } from '../../test/failing-file-system';
import { plain } from '../../test/pictures';
import { readMessage } from '../../test/protobuf';
import { crc32c } from '../checksum';
import { openEventLog } from './event-log';
import { message } from './protobuf';
import { frame, masked } from './tf-record';

const ascii = (text: string) => new TextEncoder().encode(text);
const textOf = (value: unknown) => new TextDecoder().decode(value as Uint8Array);

test('the sums are those of RFC 3720, appendix B.4', () => {
  expect(crc32c(ascii('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i))).toBe(0x113fdb5c);
});

test('a record is length, sum of the length, data, sum of the data', () => {
  const data = ascii('some data');
  const record = frame(data);
  const view = new DataView(record.buffer);
  expect(record.length).toBe(data.length + 16);
  expect(view.getBigUint64(0, true)).toBe(9n);
  expect(view.getUint32(8, true)).toBe(masked(record.subarray(0, 8)));
  expect(record.subarray(12, 21)).toEqual(data);
  expect(view.getUint32(21, true)).toBe(masked(data));
  // 0xe3069283 turned right by 15 bits is 0x2507c60d.
  expect(masked(ascii('123456789'))).toBe((0x2507c60d + 0xa282ead8) % 2 ** 32);
});

test.each([0, 1, 127, 128, 300, 2 ** 31, 2 ** 40 + 5])('%i is written so that it is read again', (int) => {
  expect(readMessage(message({ id: 1, int }, { id: 200, int })).get(200)).toEqual([int]);
});

test('numbers and pictures of the steps come back from the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
  const png = new Uint8Array(await plain(20, 30, 'red').png().toBuffer());
  const log = await openEventLog(folder, { firstStep: 41, now: () => 1_700_000_000_500 });
  await log.scalars(300, { loss: 0.25, 'learning rate': 3e-4 });
  await log.image(301, 'samples', png);
  await log.close();

  expect(await readdir(folder)).toEqual([expect.stringMatching(/^events\.out\.tfevents\.1700000000\./)]);
  const events = recordsOf(new Uint8Array(await readFile(log.path))).map(readMessage);
  expect(events.map((event) => event.get(1))).toEqual(events.map(() => [1_700_000_000.5]));
  expect(events.map((event) => event.get(2))).toEqual([[0], [41], [300], [301]]);
  expect(textOf(events[0].get(3)?.[0])).toBe('brain.Event:2');
  expect(readMessage(events[1].get(7)?.[0] as Uint8Array).get(1), 'a session starts').toEqual([1]);

  const valuesOf = (event: (typeof events)[number]) =>
    (readMessage(event.get(5)?.[0] as Uint8Array).get(1) ?? []).map((value) => readMessage(value as Uint8Array));
  expect(valuesOf(events[2]).map((value) => [textOf(value.get(1)?.[0]), value.get(2)?.[0]])).toEqual([
    ['loss', 0.25],
    ['learning rate', Math.fround(3e-4)],
  ]);
  const [picture] = valuesOf(events[3]);
  const image = readMessage(picture.get(4)?.[0] as Uint8Array);
  expect([image.get(1), image.get(2), image.get(3)]).toEqual([[30], [20], [3]]);
  expect(image.get(4)?.[0]).toEqual(png);
});

test('a full disk is told with the path', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'denoiser-'));
  const fileSystem = failingFileSystem({ code: 'ENOSPC', when: 'appendFile', path: /tfevents/ });
  await expect(openEventLog(folder, { fileSystem })).rejects.toThrow(/tfevents.*the disk is full/);
});

/** The data of each record; every sum is checked. */
function recordsOf(file: Uint8Array): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const records: Uint8Array[] = [];
  let at = 0;
  while (at < file.length) {
    const length = Number(view.getBigUint64(at, true));
    const data = file.subarray(at + 12, at + 12 + length);
    expect(view.getUint32(at + 8, true)).toBe(masked(file.subarray(at, at + 8)));
    expect(view.getUint32(at + 12 + length, true)).toBe(masked(data));
    records.push(data);
    at += 16 + length;
  }
  return records;
}
