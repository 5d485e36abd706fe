import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Checks what the main job wrote into a run folder: log, loss curve, sample grid, checkpoint. */
const out = process.argv[2];

const log = readFileSync(join(out, 'log.jsonl'), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line));
assert.ok(log.length >= 12, `log.jsonl has ${log.length} lines`);
assert.ok(
  log.every(({ loss }) => Number.isFinite(loss)),
  'every loss is a number',
);
assert.ok(log.at(-1).loss < log[0].loss, 'the loss fell');

assert.match(readFileSync(join(out, 'loss.svg'), 'utf8'), /^<svg|<\?xml/);

const { data, info } = await sharp(join(out, 'samples', 'final.png'))
  .raw()
  .toBuffer({ resolveWithObject: true });
assert.ok(info.width > 100 && info.height > 100, `the grid is ${info.width}×${info.height}`);
assert.ok(new Set(data).size > 50, 'the grid is not a flat picture');

const steps = readdirSync(join(out, 'checkpoints'));
assert.ok(steps.length > 0, 'a checkpoint exists');
const checkpoint = join(out, 'checkpoints', steps.sort().at(-1));
for (const name of ['model.safetensors', 'ema.safetensors', 'optimizer.safetensors']) {
  const file = readFileSync(join(checkpoint, name));
  const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE(0))).toString());
  assert.ok(Object.keys(header).length > 100, `${name} holds the parameters`);
}
assert.ok(JSON.parse(readFileSync(join(checkpoint, 'state.json'), 'utf8')));
console.log(`${out}: log, loss curve, samples and checkpoint are there.`);
