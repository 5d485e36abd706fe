import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { fetchPackages, folderOf } from '../fetch-packages.mjs';
import { writeZip } from '../write-zip.mjs';
import { classOf, withoutTone } from './classes.mjs';

/** Sets of emoji under licences that allow what is made of them to be given on. */
const sets = [
  { name: '@iconify-json/noto', version: '1.2.9', of: 'Noto Emoji, Google, Apache License 2.0' },
  { name: '@iconify-json/fluent-emoji', version: '1.2.7', of: 'Fluent Emoji, Microsoft, MIT' },
  { name: '@iconify-json/fluent-emoji-flat', version: '1.2.6', of: 'Fluent Emoji Flat, Microsoft, MIT' },
  { name: '@iconify-json/twemoji', version: '1.2.5', of: 'Twemoji, Twitter and contributors, CC BY 4.0' },
];

const border = 1;
const heldOutShare = 0.05;

/**
 * Writes the emoji of `classOf` into `folder`, `side` pixels wide and high, on white: `emoji-train.zip` and `emoji-held-out.zip`, each with a folder a class. Does nothing
 * when they are there. Gives their paths.
 *
 * About a twentieth of the names is held out, in all sets and tones of skin. In training the pictures of small classes stand there
 * several times, so that each class is seen about as often.
 */
export async function writeEmoji(folder, { side = 32, say = console.log } = {}) {
  const paths = { train: join(folder, 'emoji-train.zip'), heldOut: join(folder, 'emoji-held-out.zip') };
  if (Object.values(paths).every((path) => existsSync(path))) return paths;
  mkdirSync(folder, { recursive: true });

  const files = join(folder, 'sets');
  await fetchPackages(sets, files, { isWanted: (path) => /\/(icons|info|package)\.json$/.test(path) });
  const emoji = sets.flatMap((set) =>
    iconsOf(join(folderOf(files, set.name), 'icons.json'), folderOf('', set.name), side),
  );
  const parts = { train: emoji.filter((icon) => !isHeldOut(icon)), heldOut: emoji.filter(isHeldOut) };
  for (const [part, path] of Object.entries(paths)) {
    const count = await writeZip(path, picturesOf(parts[part], side, part === 'train'));
    say(`${path}: ${count} pictures of ${parts[part].length} emoji`);
  }
  return paths;
}

function iconsOf(path, set, side) {
  const { icons, width, height } = JSON.parse(readFileSync(path, 'utf8'));
  return Object.entries(icons).flatMap(([name, { body, width: w = width, height: h = height }]) => {
    const kind = classOf(name);
    if (kind === undefined) return [];
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${4 * side}" height="${4 * side}" viewBox="0 0 ${w} ${h}">${body}</svg>`;
    return [{ kind, name, set, svg }];
  });
}

const isHeldOut = ({ name }) => createHash('sha256').update(withoutTone(name)).digest()[0] < 256 * heldOutShare;

async function* picturesOf(emoji, side, isEven) {
  const counts = new Map();
  for (const { kind } of emoji) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const most = Math.max(...counts.values());
  for (const { kind, name, set, svg } of emoji) {
    const pixels = await draw(svg, side);
    const times = isEven ? Math.max(1, Math.round(most / counts.get(kind))) : 1;
    for (let i = 0; i < times; i++) {
      yield { name: `${kind}/${set}-${name}${i === 0 ? '' : `-${i + 1}`}.png`, pixels, side, channels: 3 };
    }
  }
}

const draw = (svg, side) =>
  sharp(Buffer.from(svg))
    .resize(side - 2 * border, side - 2 * border, { fit: 'contain', background: 'white' })
    .flatten({ background: 'white' })
    .extend({ top: border, bottom: border, left: border, right: border, background: 'white' })
    .toColourspace('srgb')
    .raw()
    .toBuffer();

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder = 'runs/emoji-data', side = 32] = process.argv.slice(2);
  await writeEmoji(folder, { side: Number(side) });
}
