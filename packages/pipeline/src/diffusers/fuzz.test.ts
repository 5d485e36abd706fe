import { isDenoiserError } from '@denoiser/errors';
import { memorySource } from '@denoiser/safetensors';
import { planFor } from '@denoiser/samplers';
import { test } from 'vitest';
import { changeJson, fuzz } from '../../../../tests/fuzz';
import saved from '../../test/fixtures/schedulers.json';
import { parsePythonJson } from './file-folder';
import { openDiffusers } from './open-folder';
import { readScheduler } from './scheduler';

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

test('whatever a scheduler_config.json is, it is read or refused in a sentence', async () => {
  const samples = Object.values(saved).map(({ config }) => json(parsePythonJson(config)));
  const read = (bytes: Uint8Array) => {
    const config = parse(bytes);
    if (config === undefined) return;
    const { sampler = {}, ...trained } = readScheduler(config);
    planFor(trained, { ...sampler, steps: 4 });
  };
  await fuzz({ samples, read, change: changeJson, runs: 2000 });
});

test('whatever the files of a folder are, they are read or refused in a sentence', async () => {
  const index = { _class_name: 'DDPMPipeline', scheduler: ['diffusers', 'x'], unet: ['diffusers', 'UNet2DModel'] };
  const unet = { _class_name: 'UNet2DModel', sample_size: 8, block_out_channels: [8, 8], norm_num_groups: 4 };
  const blocks = { down_block_types: ['DownBlock2D', 'AttnDownBlock2D'], up_block_types: ['UpBlock2D', 'UpBlock2D'] };
  const shards = { metadata: { total_size: 8 }, weight_map: { a: 'a.safetensors' } };
  const samples = [{ index, unet: { ...unet, ...blocks }, shards }].map(json);
  const read = async (bytes: Uint8Array) => {
    const files = parse(bytes) as Record<string, unknown> | undefined;
    if (typeof files !== 'object' || files === null) return;
    const content: Readonly<Record<string, unknown>> = {
      'model_index.json': files.index,
      'unet/config.json': files.unet,
      'unet/diffusion_pytorch_model.safetensors.index.json': files.shards,
    };
    const opened = openDiffusers({
      list: async () => Object.keys(content),
      open: async (path) => memorySource(path in content ? jsonOf(content[path]) : new Uint8Array(8)),
    });
    // The shard itself is none.
    await opened.catch((error) => {
      if (!isDenoiserError(error) || files.shards === undefined) throw error;
    });
  };
  await fuzz({ samples, read, change: changeJson, runs: 2000 });
});

/** What was changed may be no JSON any more, which is another reader's matter. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

/** A value as JSON; one that is nested deeper than can be written so deep by hand. */
function jsonOf(value: unknown): Uint8Array {
  try {
    return json(value ?? null);
  } catch {
    return new TextEncoder().encode(`{"sample_size":${'['.repeat(50_000)}${']'.repeat(50_000)}}`);
  }
}
