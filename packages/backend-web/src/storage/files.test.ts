import { afterEach, expect, test, vi } from 'vitest';
import { originFolder } from './files';

afterEach(() => vi.unstubAllGlobals());

test('a page without storage is told what is in the way: that it is not served securely, or that the browser keeps nothing', async () => {
  await expect(originFolder()).rejects.toMatchObject({
    code: 'storage-missing',
    message: expect.stringContaining('leave private browsing'),
  });
  vi.stubGlobal('isSecureContext', false);
  await expect(originFolder()).rejects.toMatchObject({
    code: 'storage-missing',
    message: expect.stringMatching(/pages from https or localhost.*serve the page from there/),
  });
});
