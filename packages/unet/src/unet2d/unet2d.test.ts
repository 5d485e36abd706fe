import '@tensorflow/tfjs';
import { type TensorEntry, type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { keptModels } from '../../test/kept-models';
import { CASE_NAMES, CASES, goldenFile } from '../../test/unet2d/golden';
import { dropoutStream } from '../dropout';
import { createUNet2D, isUNet2DFile, loadUNet2D, type UNet2D } from '../index';
import { fileShape } from '../layouts';
import { completeUNet2DConfig, type UNet2DConfig } from './config';
import { network } from './network';
import { planUNet2D } from './plan';

const SMALL = {
  block_out_channels: [4, 8],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 2,
  attention_head_dim: 4,
} as const satisfies Partial<UNet2DConfig>;

const keep = keptModels();

const fileOf = async (model: UNet2D): Promise<TensorFile> => model.exportParameters(model.parameters);

function predict(model: UNet2D, labels?: number[], shape: [number, number, number, number] = [2, 4, 4, 3]) {
  return tf.tidy(() => {
    const x = tf.randomNormal(shape, 0, 1, 'float32', 1) as tf.Tensor4D;
    const time = tf.fill([shape[0]], 7, 'int32') as tf.Tensor1D;
    return model
      .denoiser()(x, time, labels && { labels: tf.tensor1d(labels, 'int32') })
      .dataSync();
  }) as Float32Array;
}

describe('parameters', () => {
  test.each(CASE_NAMES)("of %s have diffusers' names and shapes", (name) => {
    const config = completeUNet2DConfig(CASES[name].config);
    const { parameters } = network(config, planUNet2D(config));
    const shapes = Object.fromEntries([...parameters].map(([key, spec]) => [key, fileShape(spec)]));
    expect(shapes).toEqual(Object.fromEntries(Object.entries(CASES[name].parameters).map(([key, [s]]) => [key, s])));
  });

  test('start the same for the same seed, and differ for another', async () => {
    const bytes = async (seed: number) => writeSafetensors(await fileOf(keep(createUNet2D(SMALL, { seed }))));
    expect(Buffer.compare(await bytes(3), await bytes(3))).toBe(0);
    expect(Buffer.compare(await bytes(3), await bytes(4))).not.toBe(0);
  });

  test('of outputs begin at 0 if that is asked for, and the others as they do', () => {
    const [plain, zero] = [false, true].map((zeroOutputs) => keep(createUNet2D(SMALL, { seed: 3, zeroOutputs })));
    const changed = [...(zero as UNet2D).parameters].filter(([name, variable]) => {
      const numbers = variable.dataSync() as Float32Array;
      if (numbers.every((number) => number === 0) && !name.includes('norm')) return true;
      expect(numbers).toEqual(plain?.parameters.get(name)?.dataSync());
      return false;
    });
    // Two parameters each of 8 residual blocks, 4 of attention and the end.
    expect(changed).toHaveLength(2 * (8 + 4 + 1));
    expect(predict(zero as UNet2D).every((number) => number === 0)).toBe(true);
  });

  test('that are never trained are no trainable variables, and start 16 times as wide', () => {
    const model = keep(
      createUNet2D({ ...SMALL, block_out_channels: [64, 8], norm_num_groups: 8, time_embedding_type: 'fourier' }),
    );
    const frozen = [...model.parameters].filter(([, { trainable }]) => !trainable);
    expect(frozen.map(([name]) => name)).toEqual(['time_proj.weight']);
    const data = frozen[0]?.[1].dataSync() as Float32Array;
    const deviation = Math.sqrt(data.reduce((sum, w) => sum + w * w, 0) / data.length);
    expect(Math.abs(deviation / 16 - 1)).toBeLessThan(4 / Math.sqrt(2 * data.length));
  });
});

describe('files', () => {
  test('give back the network that was saved, without another word', async () => {
    const model = keep(createUNet2D({ ...SMALL, num_class_embeds: 2, sample_size: [4, 8] }, { seed: 5 }));
    const file = await fileOf(model);
    expect(file.metadata['denoiser.architecture']).toBe('unet2d');
    const loaded = keep(loadUNet2D(writeSafetensors(file)));
    expect(loaded.architecture).toEqual(model.architecture);
    expect(loaded.imageFacts).toEqual({ channels: 3, imageSize: [4, 8], classes: 2, learnedVariance: false });
    expect(predict(loaded, [0, 1])).toEqual(predict(model, [0, 1]));
    expect(Buffer.compare(writeSafetensors(await fileOf(loaded)), writeSafetensors(file))).toBe(0);
  });

  test("load with the names of diffusers' earlier years, and with attention as convolutions of one pixel", async () => {
    const older = {
      to_q: 'query',
      to_k: 'key',
      to_v: 'value',
      'to_out.0': 'proj_attn',
      conv_shortcut: 'nin_shortcut',
      'downsamplers.0.conv': 'downsamplers.0.op',
    };
    const { tensors } = goldenFile('classes');
    const renamed = new Map<string, TensorEntry>();
    for (const [name, entry] of tensors) {
      const isMatrix = name.includes('attentions') && entry.shape.length === 2;
      const shape = isMatrix ? [...entry.shape, 1, 1] : entry.shape;
      const old = Object.entries(older).reduce((all, [now, then]) => all.replace(`.${now}.`, `.${then}.`), name);
      renamed.set(`module.${old}`, { ...entry, shape } as TensorEntry);
    }
    expect([...renamed.keys()].filter((name) => !tensors.has(name.slice('module.'.length)))).toHaveLength(32 + 10 + 2);
    expect(isUNet2DFile({ tensors: renamed })).toBe(true);
    const { config } = CASES.classes;
    const file = { metadata: {}, tensors: renamed };
    const [model, expected] = [file, { metadata: {}, tensors }].map((one) => keep(loadUNet2D(one, config))) as [
      UNet2D,
      UNet2D,
    ];
    expect(writeSafetensors(await fileOf(model))).toEqual(writeSafetensors(await fileOf(expected)));
  });

  test('without a configuration are refused, and the sentence says where it is', () => {
    expect(() => loadUNet2D(goldenFile('ddpm'))).toThrow(/give the config\.json that lies beside it/);
  });

  test('of other sizes are refused with what differs, all at once', async () => {
    const file = await fileOf(keep(createUNet2D(SMALL)));
    const other = keep(createUNet2D({ ...SMALL, block_out_channels: [8, 8], num_class_embeds: 3 }));
    expect(() => other.importParameters(file)).toThrow(
      /it lacks class_embedding\.weight; it has unknown .*\.conv_shortcut\.weight.*; time_embedding\.linear_1\.weight is \[16, 4\] instead of \[32, 8\].* and 54 more; it seems to be a U-Net with blocks of 4, 8 channels,/,
    );
  });

  test("of EDM's own program are refused by name", () => {
    const entry: TensorEntry = { dtype: 'F32', shape: [1], data: new Float32Array(1) };
    const tensors = new Map([['model.enc.64x64_conv.weight', entry]]);
    expect(() => loadUNet2D({ metadata: {}, tensors })).toThrow(/names of EDM's own program \(model\.enc\.64x64_conv/);
  });

  test('of the original network are refused', () => {
    const file: TensorFile = { metadata: { 'denoiser.architecture': 'ddpm-unet' }, tensors: new Map() };
    expect(() => loadUNet2D(file)).toThrow(/"ddpm-unet", not unet2d/);
  });
});

describe('labels', () => {
  const shape = [2, 4, 4, 3] as [number, number, number, number];
  const first = (y: Float32Array) => y.slice(0, 48);

  test.each([
    ['a table', { num_class_embeds: 3 }],
    ['numbers', { class_embed_type: 'timestep' }],
  ] as const)('of %s: −1 is none, each image for itself', (_, more) => {
    const model = keep(createUNet2D({ ...SMALL, ...more }));
    const none = predict(model);
    expect(predict(model, [-1, -1])).toEqual(none);
    const mixed = predict(model, [-1, 2]);
    expect(first(mixed)).toEqual(first(none));
    expect(mixed).not.toEqual(none);
  });

  test('are checked as numbers', () => {
    const classes = keep(createUNet2D({ ...SMALL, num_class_embeds: 3 }));
    classes.checkLabels([-1, 0, 2]);
    expect(() => classes.checkLabels([3])).toThrow(/no class 3: this U-Net has the classes 0 to 2/);
    const numbers = keep(createUNet2D({ ...SMALL, class_embed_type: 'timestep' }));
    numbers.checkLabels([-1, 0, 1000]);
    expect(() => numbers.checkLabels([0.5])).toThrow(/whole numbers from 0 on/);
    const embeddings = keep(createUNet2D({ ...SMALL, class_embed_type: 'identity' }));
    expect(() => embeddings.checkLabels([0])).toThrow(/takes embeddings of 16 numbers/);
    expect(() => predict(embeddings, [0, 1], shape)).toThrow(
      /embedding of labels an image, \[2, 16\], but was given \[2\]/,
    );
    const none = keep(createUNet2D(SMALL));
    expect(() => none.checkLabels([0])).toThrow(/has no classes/);
    expect(() => predict(none, [0, 1])).toThrow(/without classes/);
  });
});

test('images that it cannot halve are refused, with others that it can', () => {
  const model = keep(createUNet2D(SMALL));
  expect(() => predict(model, undefined, [1, 5, 4, 3])).toThrow(
    /halves an image once, .* divisible by 2, but it is 5×4/,
  );
  expect(() => predict(model, undefined, [1, 4, 4, 1])).toThrow(/images of 3 channels, but was given 1/);
  expect(predict(model, undefined, [1, 6, 10, 3])).toHaveLength(180);
});

test('the places of dropout are as many as the residual blocks, and no two draw the same numbers', () => {
  const config = completeUNet2DConfig({ ...SMALL, upsample_type: 'resnet' });
  const net = network(config, planUNet2D(config));
  const streams: number[] = [];
  const dropout = (name: string, x: tf.Tensor4D) => {
    streams.push(dropoutStream(name));
    return x;
  };
  tf.tidy(() => {
    net.bind((name) => tf.zeros(net.parameters.get(name)?.shape as number[]), { dropout })(
      tf.zeros([1, 4, 4, 3]),
      tf.zeros([1]),
    );
  });
  expect(streams).toHaveLength(2 + 2 + 4 + 1);
  expect(new Set(streams).size).toBe(streams.length);
});

describe('a configuration', () => {
  test("is diffusers', with its defaults, without what wrote it", () => {
    const config = completeUNet2DConfig({ _class_name: 'UNet2DModel', _diffusers_version: '0.0.4', sample_size: 32 });
    expect(config).toMatchObject({ sample_size: 32, block_out_channels: [224, 448, 672, 896], attention_head_dim: 8 });
    expect(Object.keys(config).filter((name) => name.startsWith('_'))).toEqual([]);
    for (const name of CASE_NAMES) expect(completeUNet2DConfig(CASES[name].config)).toBeDefined();
  });

  test.each([
    [{ _class_name: 'UNet2DConditionModel' }, /is of "UNet2DConditionModel", not of UNet2DModel/],
    [{ block_out_channel: [4] }, /has no `block_out_channel`; the nearest is `block_out_channels`\.$/],
    [{ toString: 1 }, /has no `toString`/],
    [{ down_block_types: ['CrossAttnDownBlock2D'] }, /`down_block_types` must be a list of DownBlock2D, .*CrossAttn/],
    [{ resnet_time_scale_shift: 'spatial' }, /must be one of "default", "scale_shift", but is "spatial"/],
    [{ downsample_padding: 2 }, /`downsample_padding` must be one of 0, 1/],
    [{ mid_block_type: 'UNetMidBlock2DCrossAttn' }, /`mid_block_type` must be one of "UNetMidBlock2D", null/],
    [{ block_out_channels: [4] }, /must be as long as one another, but have 1, 2 and 2/],
    [{ block_out_channels: [4, 9] }, /9 channels, which 2 groups don't divide/],
    [{ attention_head_dim: 16 }, /`attention_head_dim` is 16, but .* has 8 channels/],
    [{ num_attention_heads: 3 }, /`num_attention_heads` is 3, but .* has 8 channels/],
    [{ out_channels: 4 }, /`out_channels` must be `in_channels`, or twice as many/],
    [{ time_embedding_type: 'learned' }, /needs `num_train_timesteps`/],
    [{ freq_shift: 2 }, /`freq_shift` must be below half of the first `block_out_channels`, 2, but is 2/],
    [{ down_block_types: ['SkipDownBlock2D', 'DownBlock2D'] }, /Skip in all of its types or in none/],
    [{ class_embed_type: 'timestep', num_class_embeds: 2 }, /leave one of them out/],
    [{ dropout: 1 }, /`dropout` must be a share from 0 to below 1/],
    [{ layers_per_block: 1e9 }, /16 blocks of 64 layers/],
    [{ in_channels: '3' }, /`in_channels` must be a whole number, 1 or more, but is "3"/],
  ])('of %o is refused in a sentence', (change, message) => {
    const make = () => createUNet2D({ ...SMALL, ...change } as Record<string, unknown>);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ isDenoiserError: true, code: 'option-invalid' }));
  });

  test('that fits nowhere is refused before any of it is made', () => {
    expect(() => createUNet2D({ ...SMALL, block_out_channels: [4096, 65536] })).toThrow(/smaller `block_out_channels`/);
  });
});
