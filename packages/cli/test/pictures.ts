import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';

const require = createRequire(import.meta.url);
const SIDE = 28;

/** Real handwritten digits of MNIST as PNGs, `each` of every digit in `digits`, in a subfolder of its own. */
export async function writeDigits(folder: string, digits: readonly number[], each: number): Promise<void> {
  for (const digit of digits) {
    const path = require.resolve(`mnist/src/digits/${digit}.json`);
    const { data }: { data: number[] } = JSON.parse(readFileSync(path, 'utf8'));
    const target = join(folder, String(digit));
    mkdirSync(target, { recursive: true });
    for (let i = 0; i < each; i++) {
      const pixels = Uint8Array.from(data.slice(i * SIDE ** 2, (i + 1) * SIDE ** 2), (value) =>
        Math.round(value * 255),
      );
      const png = await sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 1 } })
        .png()
        .toBuffer();
      writeFileSync(join(target, `${i}.png`), png);
    }
  }
}

const plain = (size: number, background: string) =>
  sharp({ create: { width: size, height: size, channels: 3, background } });

/** One file of each kind that must be converted, not refused. */
export async function writeOddPictures(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const frame = await plain(24, 'red').raw().toBuffer();
  const files: Record<string, Sharp> = {
    'alpha.png': sharp({
      create: { width: 24, height: 24, channels: 4, background: { r: 9, g: 9, b: 200, alpha: 0.5 } },
    }).png(),
    'animated.gif': sharp(Buffer.concat([frame, frame]), {
      raw: { width: 24, height: 48, channels: 3, pageHeight: 24 },
    }).gif(),
    'cmyk.jpg': plain(24, 'green').toColourspace('cmyk').jpeg(),
    'grey.png': plain(24, 'grey').toColourspace('b-w').png(),
    'sixteen-bits.png': plain(24, 'orange').toColourspace('rgb16').png(),
  };
  for (const [name, picture] of Object.entries(files)) writeFileSync(join(folder, name), await picture.toBuffer());
}
