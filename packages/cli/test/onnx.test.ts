import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openModel } from '@denoiser/backend-node';
import { writeSafetensors } from '@denoiser/safetensors';
import { writeFileTraining } from '@denoiser/trainer/parts';
import { createUNet } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { convert } from '../src/commands/convert';
import { evaluateRun } from '../src/commands/eval';
import { sample } from '../src/commands/sample';
import { quietHost } from '../src/process/host';
import type { SampleFlags } from '../src/sampling/sample-flags';
import { writeDigits } from './pictures';

const cwd = mkdtempSync(join(tmpdir(), 'denoiser-onnx-'));
const at = (name: string) => join(cwd, name);

/** Runs a command, and returns the JSON that it prints. */
async function printed(run: () => Promise<void>) {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await run();
    return JSON.parse(String(written.mock.calls.at(-1)?.[0]));
  } finally {
    written.mockRestore();
  }
}

/** Draws two pictures of either class, and returns their pixels. */
async function draw(source: string, flags: Partial<SampleFlags> = {}) {
  const out = at('out.png');
  const given = { out, device: 'auto', json: true, count: 4, steps: 3, seed: 2, ...flags };
  await printed(() => sample(at(source), given, quietHost()));
  return sharp(out).raw().toBuffer();
}

/** Pixels may be rounded the other way. */
const expectSame = (a: Uint8Array, b: Uint8Array) => {
  expect(a.length).toBe(b.length);
  expect(Math.max(...a.map((value, i) => Math.abs(value - (b[i] as number))))).toBeLessThanOrEqual(1);
};

beforeAll(async () => {
  await tf.setBackend('cpu');
  const unet = createUNet({ baseWidth: 4, timeDim: 8, classes: 2, channels: 1, seed: 5 });
  const { metadata, tensors } = await unet.exportParameters(unet.parameters);
  unet.dispose();
  const training = writeFileTraining({
    process: { type: 'cosine', steps: 100 },
    prediction: 'v',
    learnedVariance: false,
    imageShape: [16, 16, 1],
    classNames: ['cat', 'dog'],
    step: 3,
  });
  writeFileSync(at('m.safetensors'), writeSafetensors({ metadata: { ...metadata, ...training }, tensors }));
});
afterAll(() => rmSync(cwd, { recursive: true }));

test('a model is converted to ONNX, which says itself what it is, and is drawn from', async () => {
  const { next } = await printed(() => convert(at('m.safetensors'), { to: at('m.onnx'), json: true }));
  expect(next).toContain('denoiser sample');
  using model = await openModel(at('m.onnx'));
  expect(model).toMatchObject({ imageShape: [16, 16, 1], classNames: ['cat', 'dog'], prediction: 'v', step: 3 });
  const expected = await draw('m.safetensors', { device: 'engine' });
  expectSame(await draw('m.onnx'), expected);
  expectSame(await draw('m.onnx', { onnxProvider: ['cpu'] }), expected);
  expectSame(await draw('m.safetensors', { device: 'onnx' }), expected);
});

test('half precision takes half of the room, and there is no bf16', async () => {
  await printed(() => convert(at('m.safetensors'), { to: at('half.onnx'), dtype: 'f16', json: true }));
  expect((await draw('half.onnx')).length).toBe((await draw('m.onnx')).length);
  await expect(convert(at('m.safetensors'), { to: at('b.onnx'), dtype: 'bf16' })).rejects.toThrow(
    'leave out --dtype bf16',
  );
  await expect(convert(at('m.safetensors'), { to: at('m.onnx') })).rejects.toMatchObject({ code: 'file-exists' });
});

test('a model of ONNX is measured as its network is', async () => {
  await writeDigits(at('digits/cat'), [3], 2);
  await writeDigits(at('digits/dog'), [7], 2);
  const evaluated = (source: string) =>
    printed(() =>
      evaluateRun(
        at(source),
        {
          ...{ data: at('digits'), count: 2, steps: 2, sampler: 'ddim', seed: 0, batchSize: 4, device: 'auto' },
          json: true,
        },
        quietHost(),
      ),
    );
  const [a, b] = [await evaluated('m.onnx'), await evaluated('m.safetensors')];
  expect(a.validationLoss.mean.mean).toBeCloseTo(b.validationLoss.mean.mean, 4);
  expect(a.bitsPerDimension.mean).toBeCloseTo(b.bitsPerDimension.mean, 3);
});

test.each([
  [
    'a provider that the machine has not',
    { onnxProvider: ['tpu'] },
    /onnxruntime-node has no "tpu" on this machine; choose of cpu/,
  ],
  [
    'weights of an ONNX model',
    { weights: 'ema' },
    /`weights` is of weights, and .*m\.onnx is an ONNX model; leave it out/,
  ],
])('%s are refused in a sentence', async (_, flags, message) => {
  await expect(draw('m.onnx', flags)).rejects.toThrow(message);
});

test('providers without onnxruntime, and what is no model, are refused in a sentence', async () => {
  await expect(draw('m.safetensors', { onnxProvider: ['cpu'] })).rejects.toThrow(/give --device onnx/);
  writeFileSync(at('no.onnx'), 'no model');
  await expect(draw('no.onnx')).rejects.toMatchObject({ code: 'session-failed' });
  await expect(draw('missing.onnx')).rejects.toMatchObject({ code: 'enoent' });
});
