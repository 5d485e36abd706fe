import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeZip } from '../write-zip.mjs';
import { characters, drawFont, side } from './draw-font.mjs';
import { fetchFonts, fontFile } from './fonts.mjs';

const heldOutShare = 0.05;

/**
 * Writes the glyphs of the fonts of `fonts.json` into `folder`: `glyphs-train.zip` and `glyphs-held-out.zip`, each with a folder a
 * character (zip files, as not every file system tells `a` from `A`). Does nothing when they are there. Gives their paths.
 *
 * About a twentieth of the types is held out, each with its relatives: those whose name begins with the same word.
 */
export async function writeGlyphs(folder, say = console.log) {
  const paths = { train: join(folder, 'glyphs-train.zip'), heldOut: join(folder, 'glyphs-held-out.zip') };
  if (Object.values(paths).every((path) => existsSync(path))) return paths;
  mkdirSync(folder, { recursive: true });

  const fonts = JSON.parse(readFileSync(new URL('fonts.json', import.meta.url), 'utf8'));
  const files = join(folder, 'fonts');
  await fetchFonts(fonts, files, { onProgress: (done, all) => say(`${done} of ${all} fonts fetched`) });
  const parts = { train: fonts.filter((font) => !isHeldOut(font)), heldOut: fonts.filter(isHeldOut) };
  for (const [part, path] of Object.entries(paths)) {
    const count = await writeZip(path, picturesOf(parts[part], files));
    say(`${path}: ${count} pictures of ${parts[part].length} families`);
  }
  return paths;
}

const isHeldOut = ({ id }) => createHash('sha256').update(id.split('-')[0]).digest()[0] < 256 * heldOutShare;

async function* picturesOf(fonts, files) {
  for (const { id, weights } of fonts) {
    for (const weight of weights) {
      const pixels = await drawFont(fontFile(files, id, weight));
      if (typeof pixels === 'string') throw new Error(`The font ${id} ${weight} ${pixels}.`);
      for (const [i, character] of characters.entries()) {
        const cell = pixels.subarray(i * side ** 2, (i + 1) * side ** 2);
        yield { name: `${character}/${id}-${weight}.png`, pixels: cell, side, channels: 1 };
      }
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeGlyphs(process.argv[2] ?? 'runs/glyphs-data');
