import { readFileSync } from 'node:fs';
import opentype from 'opentype.js';
import sharp from 'sharp';

/** The letters and figures that are drawn, each a class. */
export const characters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'];

/** Height and width of a cell, pixels. */
export const side = 32;

/** The line on which all letters of all fonts stand, pixels from above. Below it is room for the tails of g and j. */
export const baseline = 23;

/** The height of all fonts' capitals, pixels. */
const capHeight = 18;

// Each pixel is the mean of so many samples in both directions.
const samples = 4;

/**
 * Draws `characters` of a font file, white on black, each in the middle of its cell: [62, 32, 32] bytes. Gives a sentence in their place
 * where a character is missing or leaves its cell.
 */
export async function drawFont(file) {
  const bytes = readFileSync(file);
  const font = opentype.parse(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const capital = font.charToGlyph('H').getPath(0, 0, 1000).getBoundingBox();
  if (!(capital.y1 < 0)) return 'has no H';
  const fontSize = (1000 * capHeight) / -capital.y1;

  const paths = [];
  for (const [i, character] of characters.entries()) {
    const glyph = font.charToGlyph(character);
    if (glyph.index === 0) return `has no ${character}`;
    const box = glyph.getPath(0, baseline, fontSize).getBoundingBox();
    const fits = box.x2 - box.x1 <= side && box.y1 >= 0 && box.y2 <= side && box.x2 > box.x1;
    if (!fits) return `${character} leaves its cell`;
    const x = side / 2 - (box.x1 + box.x2) / 2;
    paths.push(pathData(glyph.getPath(x, baseline + side * i, fontSize)));
  }
  return rasterize(paths.map((d) => `<path d="${d}"/>`).join(''), characters.length);
}

// opentype.js 2.0.0 writes some numbers next to whole ones as NaN.
function pathData({ commands }) {
  const point = (...numbers) => numbers.map((value) => value.toFixed(3)).join(' ');
  const words = {
    M: ({ x, y }) => `M${point(x, y)}`,
    L: ({ x, y }) => `L${point(x, y)}`,
    Q: ({ x1, y1, x, y }) => `Q${point(x1, y1, x, y)}`,
    C: ({ x1, y1, x2, y2, x, y }) => `C${point(x1, y1, x2, y2, x, y)}`,
    Z: () => 'Z',
  };
  return commands.map((command) => words[command.type](command)).join('');
}

async function rasterize(paths, count) {
  const [width, height] = [side * samples, side * samples * count];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${side} ${side * count}"><rect width="100%" height="100%"/><g fill="#fff">${paths}</g></svg>`;
  const fine = await sharp(Buffer.from(svg)).removeAlpha().extractChannel(0).raw().toBuffer();
  const pixels = new Uint8Array(side * side * count);
  for (let y = 0; y < side * count; y++) {
    for (let x = 0; x < side; x++) {
      let sum = 0;
      for (let j = 0; j < samples; j++) {
        for (let i = 0; i < samples; i++) sum += fine[(y * samples + j) * width + x * samples + i];
      }
      pixels[y * side + x] = Math.round(sum / samples ** 2);
    }
  }
  return pixels;
}
