import { expect, test } from 'vitest';
import { fuzz } from '../../../tests/fuzz';
import type { ModelProto } from './proto/messages';
import { encodeModel } from './proto/schema';
import { readOnnxMetadata } from './read-metadata';

const model = encodeModel({
  irVersion: 8n,
  producerName: 'denoiser',
  opsetImport: [{ domain: '', version: 17n }],
  metadataProps: [
    { key: 'a', value: 'ä' },
    { key: 'b', value: '' },
  ],
  graph: { name: 'g', node: [], initializer: [], input: [], output: [] },
} satisfies ModelProto);

test('a model says what it was given to say', () => {
  expect(readOnnxMetadata(model)).toEqual({ a: 'ä', b: '' });
});

test.each([
  ['nothing', new Uint8Array()],
  ['text', new TextEncoder().encode('no model at all')],
  ['half a model', model.subarray(0, model.length - 3)],
  ['a length of 2⁶⁴', Uint8Array.of(0x72, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1)],
])('%s is refused', (_, bytes) => {
  expect(() => readOnnxMetadata(bytes)).toThrow(expect.objectContaining({ code: 'file-unreadable' }));
});

test('whatever the bytes, there is an answer or a sentence', async () => {
  const { refused } = await fuzz({ samples: [model], read: readOnnxMetadata, runs: 2000 });
  expect(refused).toBeGreaterThan(100);
});
