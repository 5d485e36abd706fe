import { createWriteStream, renameSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import sharp from 'sharp';
import yazl from 'yazl';

/**
 * Writes pictures as PNGs into a zip file. `pictures` is an async iterable of `{ name, pixels, side, channels }`: bytes of
 * [side, side, channels], and `name` with its class as folder. Gives their number. The same pictures give the same file.
 */
export async function writeZip(path, pictures) {
  const zip = new yazl.ZipFile();
  const written = pipeline(zip.outputStream, createWriteStream(`${path}.unfinished`));
  let count = 0;
  for await (const { name, pixels, side, channels } of pictures) {
    const image = sharp(pixels, { raw: { width: side, height: side, channels } });
    const png = await (channels === 1 ? image.toColourspace('b-w') : image).png().toBuffer();
    // PNGs are compressed already, and a date would be another one each time.
    zip.addBuffer(png, name, { compress: false, mtime: new Date(2000, 0, 1) });
    count++;
  }
  zip.end();
  await written;
  renameSync(`${path}.unfinished`, path);
  return count;
}
