/**
 * Makes the model that the page ships of a run of the command: the averaged weights of its last checkpoint as 16-bit
 * floats. Its metadata say how it was trained.
 *
 *   node scripts/ship-model.mjs <run folder> public/models/digits.safetensors
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors, toFloat32Array, writeSafetensors } from '@denoiser/safetensors';

const [run, target] = process.argv.slice(2);
if (!run || !target) {
  console.error(
    'Give a run folder and the file to write: node scripts/ship-model.mjs runs/mnist public/models/digits.safetensors',
  );
  process.exit(1);
}
const checkpoints = join(run, 'checkpoints');
const last = readdirSync(checkpoints)
  .filter((name) => /^step-\d+$/.test(name))
  .sort()
  .at(-1);
const folder = join(checkpoints, last);
const state = JSON.parse(readFileSync(join(folder, 'state.json'), 'utf8'));
const { metadata, tensors } = readSafetensors(readFileSync(join(folder, 'ema.safetensors')));

const halves = new Map();
let largest = 0;
for (const [name, entry] of tensors) {
  const values = toFloat32Array(entry);
  const data = Uint16Array.from(values, toHalf);
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  halves.set(name, { dtype: 'F16', shape: entry.shape, data });
}
const bytes = writeSafetensors({
  metadata,
  tensors: halves,
});
writeFileSync(target, bytes);
console.log(
  `${target}: ${bytes.length} bytes, step ${state.step}, ${tensors.size} tensors, largest weight ${largest.toFixed(2)}`,
);

/** The bits of the nearest 16-bit float, ties to even (IEEE 754 binary16). */
function toHalf(value) {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(value);
  if (Number.isNaN(value)) return sign | 0x7e00;
  if (magnitude >= 65520) return sign | 0x7c00;
  // Within 2^e … 2^(e+1) halves are 2^(e−10) apart; below 2^−14 they are 2^−24 apart.
  const exponent = Math.max(-14, Math.floor(Math.log2(magnitude || 1e-30)));
  const units = roundHalfEven(magnitude / 2 ** (exponent - 10)); // 1024 … 2048 where normal
  return sign | (exponent === -14 ? units : units + ((exponent + 14) << 10));
}

function roundHalfEven(x) {
  const down = Math.floor(x);
  const rest = x - down;
  if (rest !== 0.5) return Math.round(x);
  return down % 2 === 0 ? down : down + 1;
}
