/**
 * Checks what is saved for diffusers with diffusers itself: a network of random weights is saved by denoiser, loaded by
 * `UNet2DModel.from_pretrained` and its pipeline, and both give a forward pass and a drawing of the same noise. Needs a Python with
 * torch and diffusers:
 *
 *   npm run build && PYTHON=venv/bin/python node packages/backend-node/scripts/check-diffusers.mjs
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawImages, ensureDevice, openModel, saveDiffusers, withModelFile } from '@denoiser/backend-node';
import { writeSafetensors } from '@denoiser/safetensors';
import { createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs-core';

/** Of values about 1: sums of some thousand products in float32, in another order. */
const TOLERANCE = 1e-4;

const CONFIG = {
  ...{ sample_size: 16, in_channels: 3, out_channels: 3, layers_per_block: 2, block_out_channels: [32, 64, 64] },
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D', 'DownBlock2D'],
  up_block_types: ['UpBlock2D', 'AttnUpBlock2D', 'UpBlock2D'],
  ...{ freq_shift: 1, flip_sin_to_cos: false, downsample_padding: 0, norm_eps: 1e-6, attention_head_dim: 8 },
};
// As v: from ε of a network that was not trained, a rounding of 1e-7 becomes 1e-3 in the drawing, in diffusers alone as well.
const PREDICTION = 'v';
const PROCESSES = [{ type: 'linear' }, { type: 'cosine' }, { type: 'scaled-linear' }];

const folder = mkdtempSync(join(tmpdir(), 'denoiser-diffusers-'));
try {
  await ensureDevice();
  const network = createUNet2D(CONFIG, { seed: 1 });
  const bytes = writeSafetensors(await network.exportParameters(network.parameters));
  network.dispose();
  for (const process of PROCESSES) {
    const path = join(folder, process.type);
    await withModelFile(bytes, { process, prediction: PREDICTION, imageSize: 16 }, (model) =>
      saveDiffusers(model, path),
    );
    const ours = await ofDenoiser(path);
    writeFileSync(join(path, 'noise.f32'), ours.noise);
    const python = globalThis.process.env.PYTHON ?? 'python3';
    execFileSync(python, [fileURLToPath(new URL('check-diffusers.py', import.meta.url)), path], { stdio: 'inherit' });
    for (const what of ['forward', 'drawn']) {
      const theirs = new Float32Array(readFileSync(join(path, `${what}.f32`)).buffer);
      const error = ours[what].reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i])), 0);
      console.log(`${process.type}: ${what} differs by ${error.toExponential(1)} at most`);
      if (!(error < TOLERANCE) || theirs.length !== ours[what].length) throw new Error('that is too much');
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** A forward pass, and 10 steps of DDIM, of the same noise. */
async function ofDenoiser(path) {
  const model = await openModel(path);
  const shape = [2, 16, 16, 3];
  const noise = Float32Array.from({ length: 2 * 16 * 16 * 3 }, (_, i) => 1.5 * Math.sin(i * i + 0.1));
  const out = tf.tidy(() => model.network.denoiser()(tf.tensor4d(noise, shape), tf.tensor1d([7, 900])));
  const forward = await out.data();
  out.dispose();
  const way = { sampler: 'ddim', steps: 10, spacing: 'leading', rederive: false, threshold: 'static' };
  const drawing = drawImages(model, { ...way, count: 2, noise: () => tf.tensor4d(noise, shape) });
  const { data } = await drawing;
  model.dispose();
  return { noise, forward, drawn: data };
}
