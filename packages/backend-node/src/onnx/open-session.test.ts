import { expect, test } from 'vitest';
import { openSession } from './open-session';

const load = () => import('onnxruntime-node');

test('without onnxruntime-node the sentence says what to install', async () => {
  const source = { isInstalled: () => false, load };
  await expect(openSession(new Uint8Array(), {}, source)).rejects.toMatchObject({
    code: 'onnxruntime-missing',
    message: expect.stringMatching(/npm install onnxruntime-node\.$/),
  });
});

test.each([
  [{ providers: [] }, /has no "" on this machine; choose of cpu/],
  [{ providers: ['cpu', 'tpu'] }, /has no "tpu" on this machine; choose of cpu/],
])('providers that there are not are told with those there are: %o', async (options, message) => {
  await expect(openSession(new Uint8Array(), options)).rejects.toThrow(message);
});

test('what onnxruntime cannot read is told in a sentence', async () => {
  await expect(openSession(Uint8Array.of(1, 2, 3))).rejects.toMatchObject({
    code: 'session-failed',
    message: expect.stringMatching(/^onnxruntime cannot run the model with cpu \(.+\); choose other providers/),
  });
});
