import { expect, it } from 'vitest';
import { openSafetensors } from './open';
import { readSafetensors } from './read';
import { openShards } from './shards';

it('a path in place of bytes is told in a sentence', async () => {
  const path = 'model.safetensors' as never;
  await expect(openSafetensors(path)).rejects.toMatchObject({
    code: 'source-invalid',
    message: expect.stringMatching(
      /^openSafetensors reads from a source of bytes, not from "model.safetensors"; give /,
    ),
  });
  await expect(openShards(path, () => path)).rejects.toMatchObject({ code: 'source-invalid' });
  expect(() => readSafetensors(path)).toThrow('from its bytes, a Uint8Array, not from "model.safetensors"');
  expect(() => readSafetensors(undefined as never)).toThrow('not from undefined');
});
