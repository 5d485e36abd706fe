import { expect, it } from 'vitest';
import { fileCheckpointStore } from './files/file-checkpoint-store';
import { writeGif } from './grid/gif';
import { writePngGrid } from './grid/png-grid';
import { readImage } from './images/read-image';

const images = { data: new Uint8Array(64), imageShape: [8, 8, 1] as const };

it('a picture is not written under a name of another kind', async () => {
  await expect(writePngGrid('grid.jpg', images)).rejects.toThrow(
    'writePngGrid writes a file whose name ends in .png, not "grid.jpg"; choose such a name.',
  );
  await expect(writePngGrid(undefined as unknown as string, images)).rejects.toThrow('not undefined');
  await expect(writeGif('way.png', images)).rejects.toThrow('ends in .gif, not "way.png"');
});

it('what is misspelt or missing is told in a sentence', async () => {
  expect(() => fileCheckpointStore('runs', { keeps: 2 } as object)).toThrow('did you mean `keep`?');
  await expect(readImage('a.png', undefined as never)).rejects.toThrow('readImage takes an object of options');
  await expect(readImage('a.png', { size: 8, channels: 3 } as never)).rejects.toThrow(
    '`size` must be a height and a width',
  );
  await expect(readImage('a.png', { size: [8, 8], channels: 2 } as never)).rejects.toThrow(
    '`channels` must be 1 or 3, not 2.',
  );
});
