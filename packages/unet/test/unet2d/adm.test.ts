import '@tensorflow/tfjs';
import { readFileSync } from 'node:fs';
import { registerCpuEngine } from '@denoiser/kernels-cpu';
import { type TensorEntry, type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { isUNet2DFile, loadUNet2D, type UNet2D } from '../../src/index';
import { largestDifference } from '../golden';
import { nchwToNhwc, seedData, seedParameter } from '../seed-formula';
import manifest from './adm.json';

type CaseName = keyof typeof manifest.cases;
type Case = { time: number[]; labels: number[] | null; shapes: Record<string, number[]> };
const CASES = manifest.cases as unknown as Record<CaseName, Case>;

beforeAll(async () => {
  await tf.setBackend((await registerCpuEngine({ threads: 2 })).backendName);
});

function fileOf(name: CaseName, change: (tensors: Map<string, TensorEntry>) => void = () => {}): TensorFile {
  const tensors = new Map<string, TensorEntry>();
  for (const [key, shape] of Object.entries(CASES[name].shapes)) {
    tensors.set(key, { dtype: 'F32', shape, data: seedParameter(key, shape) });
  }
  change(tensors);
  return { metadata: {}, tensors };
}

async function expectItsOutput(name: CaseName, model: UNet2D): Promise<void> {
  const { time, labels } = CASES[name];
  const y = tf.tidy(() => {
    const x = tf.tensor4d(nchwToNhwc(seedData(`${name}:x`, [2, 3, 8, 8]), [2, 3, 8, 8]), [2, 8, 8, 3]);
    return model.denoiser()(x, tf.tensor1d(time), labels ? { labels: tf.tensor1d(labels, 'int32') } : {});
  });
  const bytes = new Uint8Array(readFileSync(new URL(`./${name}.f32`, import.meta.url)));
  const expected = nchwToNhwc(new Float32Array(bytes.buffer), [2, y.shape[3], 8, 8]);
  expect(largestDifference(await y.data(), expected)).toBeLessThan(2e-4);
  y.dispose();
}

describe("a file with guided-diffusion's names", () => {
  test.each([
    ['adm-updown', { attention_head_dim: 16 }, {}],
    ['adm-conv', { num_attention_heads: 2 }, {}],
    ['adm-new-order', { attention_head_dim: 8 }, { newAttentionOrder: true }],
  ] as const)('%s gives what that program gives', async (name, config, options) => {
    const file = fileOf(name);
    expect(isUNet2DFile(file)).toBe(true);
    const model = loadUNet2D(writeSafetensors(file), config, options);
    await expectItsOutput(name, model);
    // Saved under our names, it is the same.
    const again = loadUNet2D(writeSafetensors(await model.exportParameters(model.parameters)));
    expect(again.architecture).toEqual(model.architecture);
    await expectItsOutput(name, again);
    model.dispose();
    again.dispose();
  });

  test('says of itself what its shapes say', () => {
    const model = loadUNet2D(fileOf('adm-updown'), { attention_head_dim: 16, sample_size: 8 });
    expect(model.imageFacts).toEqual({ channels: 3, imageSize: 8, classes: 3, learnedVariance: true });
    expect(model.architecture.config).toMatchObject({
      block_out_channels: [32, 64],
      down_block_types: ['ResnetDownsampleBlock2D', 'AttnDownBlock2D'],
      up_block_types: ['AttnUpBlock2D', 'ResnetUpsampleBlock2D'],
      layers_per_block: 1,
      resnet_time_scale_shift: 'scale_shift',
    });
    model.dispose();
  });

  test('has heads of another order, by which other pictures come out', async () => {
    const model = loadUNet2D(fileOf('adm-updown'), { attention_head_dim: 16 }, { newAttentionOrder: true });
    await expect(expectItsOutput('adm-updown', model)).rejects.toThrow();
    model.dispose();
  });

  test('does not say how many heads it has, and that is asked for', () => {
    expect(() => loadUNet2D(fileOf('adm-conv'))).toThrow(/how many heads its attention has; give `attention_head_dim`/);
  });

  test('is refused where something of it is not had, which is named', () => {
    const pooled = fileOf('adm-conv', (tensors) => {
      for (const key of [...tensors.keys()]) if (key.includes('.op.')) tensors.delete(key);
    });
    expect(() => loadUNet2D(pooled, { num_attention_heads: 2 })).toThrow(/conv_resample=False/);
    const half = fileOf('adm-conv', (tensors) => {
      tensors.set('time_embed.0.weight', { dtype: 'F32', shape: [128, 64], data: new Float32Array(128 * 64) });
    });
    expect(() => loadUNet2D(half, { num_attention_heads: 2 })).toThrow(/times have 64 numbers and its first layer 32/);
  });

  test('names what it lacks and has, there and here', () => {
    const file = fileOf('adm-updown', (tensors) => {
      tensors.delete('middle_block.1.qkv.bias');
      tensors.set('out.3.weight', tensors.get('out.2.weight') as TensorEntry);
    });
    expect(() => loadUNet2D(file, { attention_head_dim: 16 })).toThrow(
      /it lacks mid_block\.attentions\.0\.to_q\.bias \(there middle_block\.1\.qkv\.bias\), .*; it has unknown out\.3\.weight/,
    );
  });
});
