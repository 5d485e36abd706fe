import { createHash } from 'node:crypto';
import { openSafetensors, readAllTensors, type TensorEntry, writeSafetensors } from '@denoiser/safetensors';
import { afterEach, expect, test } from 'vitest';
import { type FileServerOptions, serveFile } from '../../test/file-server';
import { type DownloadProgress, openUrlSource } from './url-source';

const content = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 2654435761) >>> 13);
const sha256 = createHash('sha256').update(content).digest('hex');

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function open(
  server: FileServerOptions & { content?: Uint8Array } = {},
  options: Parameters<typeof openUrlSource>[1] = {},
) {
  const { url, ranges, close } = await serveFile(server.content ?? content, server);
  closing.push(close);
  const source = await openUrlSource(url, options);
  closing.push(() => source.close());
  return { source, ranges };
}

async function readInParts(
  source: { length: number; read(from: number, to: number): Promise<Uint8Array> },
  size = 70_001,
) {
  const parts: Uint8Array[] = [];
  for (let from = 0; from < source.length; from += size) {
    parts.push(await source.read(from, Math.min(from + size, source.length)));
  }
  return new Uint8Array(Buffer.concat(parts));
}

const isWhole = (bytes: Uint8Array) => Buffer.compare(bytes, content) === 0;

test('a file that is read in order comes by one request', async () => {
  const { source, ranges } = await open();
  expect(source.length).toBe(content.length);
  expect(isWhole(await readInParts(source))).toBe(true);
  expect(ranges).toEqual(['bytes=0-']);
});

test('parts out of order are asked for where they stand', async () => {
  const large = new Uint8Array(3_000_000).map((_, i) => i % 251);
  const { source, ranges } = await open({ content: large });
  const [a, b, c] = await Promise.all([source.read(2_900_000, 2_900_004), source.read(10, 14), source.read(20, 22)]);
  expect([[...a], [...b], [...c]]).toEqual([[...large.slice(2_900_000, 2_900_004)], [10, 11, 12, 13], [20, 21]]);
  expect(ranges).toEqual(['bytes=0-', 'bytes=2900000-', 'bytes=10-']);
});

test('a dropped connection goes on where it was', async () => {
  const progress: DownloadProgress[] = [];
  const { source, ranges } = await open(
    { dropAfter: () => 50_000 },
    { sha256, onProgress: (value) => progress.push(value) },
  );
  expect(isWhole(await readInParts(source))).toBe(true);
  // No further than each connection came: what it had sent and not delivered when it broke comes again.
  const starts = ranges.map((range) => Number(/\d+/.exec(range ?? '')?.[0]));
  for (const [i, start] of starts.entries()) {
    const advance = start - (starts[i - 1] ?? 0);
    expect(advance >= 0 && advance <= 50_000).toBe(true);
  }
  const received = progress.map((value) => value.received);
  expect(received).toEqual([...received].sort((a, b) => a - b));
  expect(progress.at(-1)).toEqual({ received: content.length, total: content.length });
});

test('a server without ranges is read from the start again', async () => {
  const { source, ranges } = await open(
    { hasRanges: false, dropAfter: (request) => [100_000, 200_000][request] ?? Number.POSITIVE_INFINITY },
    { sha256 },
  );
  expect(isWhole(await readInParts(source))).toBe(true);
  expect(ranges).toHaveLength(3);
});

test('a server that does not say the length is read whole', async () => {
  const progress: DownloadProgress[] = [];
  const { source, ranges } = await open(
    { hasRanges: false, saysLength: false },
    { sha256, onProgress: (value) => progress.push(value) },
  );
  expect(source.length).toBe(content.length);
  expect(isWhole(await readInParts(source))).toBe(true);
  expect([...(await source.read(5, 7))]).toEqual([...content.slice(5, 7)]);
  expect(ranges).toHaveLength(1);
  expect(progress.at(-1)).toEqual({ received: content.length, total: undefined });
});

test('a busy server is asked again, and one that goes on failing is given up with the place', async () => {
  const busy = await open(
    {
      dropAfter: (request) => (request === 0 ? 200_000 : Number.POSITIVE_INFINITY),
      status: (request) => (request === 1 ? 503 : undefined),
    },
    { retries: 2 },
  );
  expect(isWhole(await readInParts(busy.source))).toBe(true);
  const broken = await open(
    { dropAfter: () => 200_000, status: (request) => (request > 0 ? 503 : undefined) },
    { retries: 1 },
  );
  await expect(readInParts(broken.source)).rejects.toMatchObject({
    code: 'download-broken',
    message: expect.stringMatching(/breaks off at byte \d+ of 300000 \(it answers 503/),
  });
  expect(broken.ranges).toHaveLength(2);
});

test('a server without ranges that always drops at the same place is given up', async () => {
  const { source } = await open({ hasRanges: false, dropAfter: () => 100_000 }, { retries: 1 });
  await expect(readInParts(source)).rejects.toMatchObject({ code: 'download-broken' });
});

test('a file that becomes another one while it is read is refused', async () => {
  const { source } = await open({ dropAfter: () => 100_000, etag: (request) => `"${request}"` });
  await expect(readInParts(source)).rejects.toMatchObject({ code: 'download-changed' });
});

test('another SHA-256 is an error at the end of the file, and from then on', async () => {
  const { source } = await open({}, { sha256: 'a'.repeat(64) });
  expect(await source.read(0, 10)).toHaveLength(10);
  await expect(source.read(10, content.length)).rejects.toMatchObject({
    code: 'download-damaged',
    message: expect.stringContaining(sha256),
  });
  await expect(source.read(0, 10)).rejects.toMatchObject({ code: 'download-damaged' });
});

test('what is passed over counts for the SHA-256', async () => {
  const { source, ranges } = await open({ dropAfter: () => 120_000 }, { sha256 });
  expect([...(await source.read(290_000, 290_002))]).toEqual([...content.slice(290_000, 290_002)]);
  expect([...(await source.read(7, 9))]).toEqual([...content.slice(7, 9)]);
  expect(await source.read(290_000, 300_000)).toHaveLength(10_000);
  expect(ranges[0]).toBe('bytes=0-');
});

test('a connection that brings something each time may break any number of times', async () => {
  const { source, ranges } = await open({ dropAfter: () => 50_000 }, { sha256, retries: 1 });
  expect([...(await source.read(290_000, 290_002))]).toEqual([...content.slice(290_000, 290_002)]);
  expect(ranges.length).toBeGreaterThan(3);
});

test('an address without a file is refused at once', async () => {
  await expect(open({ status: () => 404 })).rejects.toThrow(/answers 404 Not Found; check the address/);
  await expect(openUrlSource(new URL('http://127.0.0.1:1/'))).rejects.toMatchObject({ code: 'model-missing' });
  await expect(open({}, { sha256: 'x' })).rejects.toMatchObject({ code: 'option-invalid' });
});

test('an aborted signal ends the download with its reason', async () => {
  const controller = new AbortController();
  const { source } = await open({}, { signal: controller.signal });
  await source.read(0, 10);
  controller.abort(new Error('enough'));
  await expect(source.read(10, 300_000)).rejects.toThrow('enough');
});

test('a safetensors file comes tensor by tensor over a connection that drops', async () => {
  const tensors = new Map<string, TensorEntry>(
    Array.from({ length: 20 }, (_, i) => [
      `w${i}`,
      { dtype: 'F32', shape: [5000], data: new Float32Array(5000).fill(i) },
    ]),
  );
  const bytes = writeSafetensors({ metadata: {}, tensors });
  const hash = createHash('sha256').update(bytes).digest('hex');
  const { source } = await open({ content: bytes, dropAfter: () => 90_000 }, { sha256: hash });
  const opened = await openSafetensors(source);
  expect((await readAllTensors(opened)).tensors).toEqual(tensors);
  await opened.close();
});
