import '@tensorflow/tfjs';
import { type TensorEntry, type TensorFile, writeSafetensors } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { CASES, goldenFile } from '../../test/golden';
import { keptModels } from '../../test/kept-models';
import { dropoutStream } from '../dropout';
import { createUNet, loadUNet, type UNet } from '../index';
import { fileShape } from '../layouts';
import { network } from './network';

const SMALL = { baseWidth: 4, timeDim: 8 } as const;
const keep = keptModels();

async function fileOf(model: UNet): Promise<TensorFile> {
  return model.exportParameters(model.parameters);
}

function predict(model: UNet, shape: [number, number, number, number], labels?: number[]): Float32Array {
  return tf.tidy(() => {
    const conditioning = labels && { labels: tf.tensor1d(labels, 'int32') };
    const time = tf.fill([shape[0]], 7, 'int32') as tf.Tensor1D;
    return model
      .denoiser()(tf.randomNormal(shape, 0, 1, 'float32', 1), time, conditioning)
      .dataSync();
  }) as Float32Array;
}

describe('parameters', () => {
  test.each(Object.entries(CASES))("of %s have the original's names, order and shapes in files", (_, entry) => {
    const { base_width: baseWidth, time_dim: timeDim, num_classes } = entry;
    const { parameters } = network({ channels: 3, baseWidth, timeDim, classes: num_classes ?? undefined });
    const shapes = [...parameters].map(([name, spec]) => [name, fileShape(spec)] as const);
    expect(shapes).toEqual(Object.entries(entry.parameter_shapes));
    const sizes = shapes.map(([, shape]) => shape.reduce((a, b) => a * b, 1));
    expect(sizes.reduce((a, b) => a + b)).toBe(entry.params);
  });

  test('are the same for the same seed and differ for another', async () => {
    const bytes = async (seed: number) => writeSafetensors(await fileOf(keep(createUNet({ ...SMALL, seed }))));
    expect(Buffer.compare(await bytes(3), await bytes(3))).toBe(0);
    expect(Buffer.compare(await bytes(3), await bytes(4))).not.toBe(0);
  });

  test('start the same whatever else the network has', () => {
    const plain = keep(createUNet(SMALL)).parameters;
    const conditional = keep(createUNet({ ...SMALL, classes: 3 })).parameters;
    for (const [name, p] of plain) expect(conditional.get(name)?.dataSync()).toEqual(p.dataSync());
  });

  test("start in PyTorch's default distributions", () => {
    const { parameters } = keep(createUNet({ baseWidth: 16, timeDim: 64, classes: 200 }));
    const statistics = (name: string) => {
      const data = parameters.get(name)?.dataSync() as Float32Array;
      const mean = data.reduce((a, b) => a + b, 0) / data.length;
      const deviation = Math.sqrt(data.reduce((a, b) => a + (b - mean) ** 2, 0) / data.length);
      return { mean, deviation, most: data.reduce((a, b) => Math.max(a, Math.abs(b)), 0), count: data.length };
    };
    const uniform: [name: string, bound: number][] = [
      ['bot2.double_conv.0.weight', 1 / Math.sqrt(9 * 128)],
      ['down1.emb_layer.1.weight', 1 / Math.sqrt(64)],
      ['sa3.ff_self.1.weight', 1 / Math.sqrt(64)],
      ['sa3.mha.in_proj_weight', Math.sqrt(6 / (64 + 192))],
      ['sa3.mha.out_proj.weight', 1 / Math.sqrt(64)],
    ];
    for (const [name, bound] of uniform) {
      const { mean, deviation, most, count } = statistics(name);
      const sigma = bound / Math.sqrt(3);
      expect(Math.abs(mean)).toBeLessThan((4 * sigma) / Math.sqrt(count));
      expect(Math.abs(deviation / sigma - 1)).toBeLessThan(4 / Math.sqrt(count));
      expect(most).toBeGreaterThan(0.99 * bound);
      expect(most).toBeLessThanOrEqual(Math.fround(bound));
    }
    const labels = statistics('label_emb.weight');
    expect(Math.abs(labels.deviation - 1)).toBeLessThan(4 / Math.sqrt(2 * labels.count));
    expect(Math.abs(labels.mean)).toBeLessThan(4 / Math.sqrt(labels.count));
    for (const name of ['sa3.mha.in_proj_bias', 'sa3.mha.out_proj.bias', 'sa3.ln.bias', 'bot2.double_conv.1.bias']) {
      expect(statistics(name).most).toBe(0);
    }
    for (const name of ['sa3.ln.weight', 'bot2.double_conv.1.weight']) {
      expect(statistics(name)).toMatchObject({ mean: 1, deviation: 0 });
    }
    const bias = statistics('down1.emb_layer.1.bias');
    expect(bias.most).toBeGreaterThan(0);
    expect(bias.most).toBeLessThanOrEqual(1 / Math.sqrt(64));
  });
});

test('the places of dropout are as many as the double convolutions, and no two draw the same numbers', () => {
  const streams = new Set<number>();
  let places = 0;
  tf.tidy(() => {
    const net = network({ channels: 3, ...SMALL });
    const zero = (name: string) => tf.zeros(net.parameters.get(name)?.shape as number[]);
    const dropout = (name: string, x: tf.Tensor4D) => {
      places++;
      streams.add(dropoutStream(name));
      return x;
    };
    net.bind(zero, { dropout })(tf.zeros([1, 8, 8, 3]), tf.zeros([1]));
  });
  expect(places).toBe(1 + 3 * 2 + 3 + 3 * 2);
  expect(streams.size).toBe(places);
});

describe('files', () => {
  test('give back the model that was saved, its sizes and its predictions', async () => {
    const model = keep(createUNet({ ...SMALL, channels: 1, classes: 2, imageSize: [8, 16], seed: 5 }));
    const loaded = keep(loadUNet(writeSafetensors(await fileOf(model))));
    expect(loaded.architecture).toEqual(model.architecture);
    expect(predict(loaded, [2, 8, 16, 1], [0, 1])).toEqual(predict(model, [2, 8, 16, 1], [0, 1]));
  });

  test('of a network with a learned variance say so by their shapes alone', async () => {
    const model = keep(createUNet({ ...SMALL, learnedVariance: true }));
    expect(predict(model, [1, 8, 8, 3])).toHaveLength(8 * 8 * 6);
    const { tensors } = await fileOf(model);
    const loaded = keep(loadUNet(writeSafetensors({ metadata: {}, tensors })));
    expect(loaded.architecture).toEqual(model.architecture);
    expect(loaded.architecture.config).toEqual({ ...SMALL, channels: 3, learnedVariance: true });
    expect(predict(loaded, [1, 8, 8, 3])).toEqual(predict(model, [1, 8, 8, 3]));
    const fixed = keep(createUNet({ ...SMALL, learnedVariance: false }));
    expect(fixed.architecture.config).toEqual({ ...SMALL, channels: 3 });
    expect([...fixed.parameters.keys()]).toEqual([...model.parameters.keys()]);
    const message = /outc\.weight is \[6, 4, 1, 1\] instead of \[3, 4, 1, 1\], .* a U-Net with .*, a learned variance,/;
    expect(() => fixed.importParameters({ metadata: {}, tensors })).toThrow(message);
  });

  test("load as they are if a PyTorch user's, without metadata, and are written again bit for bit", async () => {
    const bytes = goldenFile(CASES['unet-tiny-conditional'].parameter_shapes);
    const model = keep(loadUNet(bytes));
    expect(model.architecture.config).toEqual({ channels: 3, baseWidth: 16, timeDim: 64, classes: 4 });
    const written = writeSafetensors({ metadata: {}, tensors: (await fileOf(model)).tensors });
    expect(Buffer.compare(written, bytes)).toBe(0);
  });

  test.each([
    ['F16', (data: Float32Array) => Uint16Array.from(data, (x) => (x === 1 ? 0x3c00 : 0))],
    ['BF16', (data: Float32Array) => Uint16Array.from(data, (x) => (x === 1 ? 0x3f80 : 0))],
    ['F8_E4M3', (data: Float32Array) => Uint8Array.from(data, (x) => (x === 1 ? 0x38 : 0))],
    ['F64', (data: Float32Array) => Float64Array.from(data)],
  ] as const)('of the type %s load as float32', async (dtype, bitsOf) => {
    const file = await fileOf(keep(createUNet(SMALL)));
    for (const [name, { shape, data }] of file.tensors) {
      file.tensors.set(name, { dtype, shape, data: bitsOf(data as Float32Array) } as TensorEntry);
    }
    const loaded = keep(loadUNet(writeSafetensors(file)));
    expect(loaded.parameters.get('sa1.ln.weight')?.dataSync()).toEqual(new Float32Array(8).fill(1));
  });

  test('never share memory with the parameters', async () => {
    const bytes = writeSafetensors(await fileOf(keep(createUNet(SMALL))));
    const loaded = keep(loadUNet(bytes));
    bytes.fill(0, bytes.length / 2);
    expect(loaded.parameters.get('sa1.ln.weight')?.dataSync()).toEqual(new Float32Array(8).fill(1));
  });

  test('serve other parameters than the live ones', async () => {
    const model = keep(createUNet({ ...SMALL, seed: 1 }));
    const other = keep(createUNet({ ...SMALL, seed: 2 }));
    const imported = model.importParameters(await fileOf(other));
    const x = tf.randomNormal([1, 8, 8, 3], 0, 1, 'float32', 1) as tf.Tensor4D;
    const time = tf.tensor1d([7], 'int32');
    const [a, b] = [model.denoiser(imported)(x, time), other.denoiser()(x, time)];
    expect(a.dataSync()).toEqual(b.dataSync());
    tf.dispose([x, time, a, b, ...imported.values()]);
  });
});

describe('names of a network within others', () => {
  const inside = async (seed: number, prefix: string) => {
    const { tensors } = await fileOf(keep(createUNet({ ...SMALL, seed })));
    return [...tensors].map(([name, entry]): [string, TensorEntry] => [prefix + name, entry]);
  };
  const firstOf = (model: UNet) => model.parameters.get('inc.double_conv.0.weight')?.dataSync();
  const scalar: TensorEntry = { dtype: 'I64', shape: [], data: new BigInt64Array(1) };

  test.each(['module.', 'ema_model.', '_orig_mod.', 'model.', 'ema_model.module.', '_orig_mod.module.'])(
    'that begin with %s are read as they are without',
    async (prefix) => {
      const file = { metadata: {}, tensors: new Map([...(await inside(3, prefix)), ['step', scalar]]) };
      const expected = keep(createUNet({ ...SMALL, seed: 3 }));
      const loaded = keep(loadUNet(writeSafetensors(file as TensorFile)));
      expect(firstOf(loaded)).toEqual(firstOf(expected));
      const imported = keep(createUNet(SMALL)).importParameters(file as TensorFile);
      expect(imported.get('inc.double_conv.0.weight')?.dataSync()).toEqual(firstOf(expected));
      tf.dispose([...imported.values()]);
    },
  );

  test('are those of the average, where a file has it beside the weights it was made of', async () => {
    const both = [...(await inside(1, 'model.')), ...(await inside(2, 'ema_model.'))];
    const loaded = keep(loadUNet(writeSafetensors({ metadata: {}, tensors: new Map(both) })));
    expect(firstOf(loaded)).toEqual(firstOf(keep(createUNet({ ...SMALL, seed: 2 }))));
  });

  test('that nobody puts before them are refused', async () => {
    const file = { metadata: {}, tensors: new Map(await inside(1, 'discriminator.')) };
    expect(() => loadUNet(writeSafetensors(file))).toThrow('holds no U-Net of the original program');
  });
});

test.each([
  '',
  'null',
  '5',
  '{"imageSize":"x"}',
  '{"imageSize":[8]}',
  '{"imageSize":-8}',
  '{"imageSize":null}',
  '{"imageSize":12}',
])('metadata of %s is an error, not a default', async (config) => {
  const file = await fileOf(keep(createUNet(SMALL)));
  file.metadata['denoiser.config'] = config;
  expect(() => loadUNet(writeSafetensors(file))).toThrow(
    /^The file's metadata "denoiser.config" has no legible imageSize;/,
  );
});

test('a name of millions of letters does not make a message of that length', async () => {
  const file = await fileOf(keep(createUNet(SMALL)));
  file.tensors.set('x'.repeat(1e6), file.tensors.get('sa1.ln.weight') as TensorEntry);
  expect(() => loadUNet(writeSafetensors(file))).toThrow(/^.{1,600}$/);
});

describe('files that do not fit', () => {
  const changed = async (
    change: (tensors: Map<string, TensorEntry>, file: TensorFile) => void,
  ): Promise<TensorFile> => {
    const file = await fileOf(keep(createUNet(SMALL)));
    change(file.tensors, file);
    return file;
  };
  const refusal = (file: TensorFile, options = {}) => {
    const model = keep(createUNet({ ...SMALL, ...options }));
    return () => model.importParameters(file);
  };

  test('because of missing or extra parameters are refused, and those named', async () => {
    const file = await changed((tensors) => {
      tensors.set('sa9.ln.weight', tensors.get('sa1.ln.weight') as TensorEntry);
      tensors.delete('sa1.ln.weight');
    });
    const message =
      /it lacks sa1\.ln\.weight \(nearest: sa9\.ln\.weight\); it has unknown sa9\.ln\.weight; .*changed or damaged/;
    expect(refusal(file)).toThrow(message);
    expect(refusal(file)).toThrow(expect.objectContaining({ isDenoiserError: true, code: 'parameters-mismatch' }));
    expect(() => loadUNet(writeSafetensors(file))).toThrow(message);
  });

  test('because of another width are refused with the first few shapes and the width', async () => {
    const file = await changed(() => {});
    expect(refusal(file, { baseWidth: 8 })).toThrow(
      /inc\.double_conv\.0\.weight is \[4, 3, 3, 3\] instead of \[8, 3, 3, 3\], .* and \d+ more; .*base width 4, time dim 8/,
    );
  });

  test('because of classes are refused with how many there are', async () => {
    const file = await changed(() => {});
    expect(refusal(file, { classes: 3 })).toThrow(/lacks label_emb\.weight; it seems to be a U-Net with .* no classes/);
  });

  test('because of integers are refused', async () => {
    const file = await changed((tensors) => {
      tensors.set('sa1.ln.bias', { dtype: 'I32', shape: [8], data: new Int32Array(8) });
    });
    expect(refusal(file)).toThrow(/sa1\.ln\.bias is of type I32 instead of F32/);
  });

  test('because they are of another network are refused', async () => {
    const file = await changed((_, { metadata }) => {
      metadata['denoiser.architecture'] = 'unet-2d';
    });
    expect(refusal(file)).toThrow(/"unet-2d", not ddpm-unet/);
    expect(() => loadUNet(writeSafetensors(file))).toThrow(/"unet-2d", not ddpm-unet/);
    const other = { metadata: {}, tensors: new Map([['w', file.tensors.get('outc.bias') as TensorEntry]]) };
    expect(refusal(other)).toThrow(/another kind of network/);
    expect(() => loadUNet(writeSafetensors(other))).toThrow(/no U-Net of the original program/);
  });
});

describe('the denoiser', () => {
  test.each([
    [8, 8],
    [16, 24],
  ])('takes images of %i×%i', (height, width) => {
    const model = keep(createUNet(SMALL));
    expect(predict(model, [1, height, width, 3])).toHaveLength(height * width * 3);
  });

  test('treats label −1 as no labels, each image for itself', () => {
    const model = keep(createUNet({ ...SMALL, classes: 3 }));
    const shape: [number, number, number, number] = [2, 8, 8, 3];
    const size = 8 * 8 * 3;
    const none = predict(model, shape);
    const second = predict(model, shape, [-1, 2]);
    expect(predict(model, shape, [-1, -1])).toEqual(none);
    expect(second.slice(0, size)).toEqual(none.slice(0, size));
    expect(second.slice(size)).not.toEqual(none.slice(size));
  });

  test('refuses what it cannot compute, in a sentence', () => {
    const model = keep(createUNet(SMALL));
    expect(() => predict(model, [1, 12, 8, 3])).toThrow(/divisible by 8, but it is 12×8; .* 16×8/);
    expect(() => predict(model, [1, 8, 8, 1])).toThrow(/3 channels, but was given 1/);
    expect(() => predict(model, [1, 8, 8, 3], [0])).toThrow(/U-Net without classes/);
    const conditional = keep(createUNet({ ...SMALL, classes: 2 }));
    expect(() => predict(conditional, [1, 8, 8, 3], [0, 1])).toThrow(/one labels value an image, \[1\]/);
    expect(() => conditional.checkLabels([0, -1, 2])).toThrow(/no class 2: this U-Net has the classes 0 to 1/);
    expect(() => model.checkLabels([0])).toThrow(/no classes/);
    expect(() => conditional.checkLabels([0.5])).toThrow(/no class 0.5/);
    conditional.checkLabels([-1, 0, 1]);
    expect(() => model.denoiser(new Map())).toThrow(/inc\.double_conv\.0\.weight is missing/);
  });

  test.each([
    [{ baseWidth: 6 }, /baseWidth must be .* divisible by 4, but 6/],
    [{ timeDim: 3 }, /timeDim must be .* divisible by 2/],
    [{ channels: 0 }, /channels must be a whole number, 1 or more, but 0/],
    [{ classes: -1 }, /classes/],
    [{ imageSize: 60 }, /imageSize must be .* divisible by 8, but 60/],
    [{ imageSize: [64, 4] as const }, /imageSize/],
  ])('is not made for %o', (options, message) => {
    expect(() => createUNet(options)).toThrow(message);
  });
});

test('parameters are in files one by one what they are all at once', async () => {
  const model = keep(createUNet({ ...SMALL, classes: 3, seed: 5 }));
  const file = await fileOf(model);
  const read = model.inFiles.open({ ...file, read: async (name) => file.tensors.get(name) as TensorEntry });
  for (const [name, variable] of model.parameters) {
    expect(model.inFiles.shapeOf(name)).toEqual(file.tensors.get(name)?.shape);
    expect(await model.inFiles.entryOf(name, variable)).toEqual(file.tensors.get(name));
    const tensor = await read(name);
    expect([tensor.shape, tensor.dataSync()]).toEqual([variable.shape, variable.dataSync()]);
    tensor.dispose();
  }
  file.tensors.delete('label_emb.weight');
  expect(() => model.inFiles.open({ ...file, read: () => Promise.reject() })).toThrow('lacks label_emb.weight');
});
