import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extractFeatures } from '@denoiser/pipeline';
import { writeSafetensors } from '@denoiser/safetensors';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { openFeatureNetwork } from './feature-network';

beforeAll(() => {
  tf.enableProdMode(); // keeps tfjs quiet
  return tf.setBackend('cpu');
});

const shape = [2, 4, 3] as const;
const size = 24;
const common = { onCall: () => {} };

describe('a described safetensors network', () => {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-features-'));
  const path = join(folder, 'net.safetensors');
  const options = { batchSize: 2, ...common };
  const tensor = (tensorShape: number[], values: number[]) => ({
    dtype: 'F32' as const,
    shape: tensorShape,
    data: Float32Array.from(values),
  });
  const write = (description: unknown) =>
    writeFileSync(
      path,
      writeSafetensors({
        metadata: { 'denoiser.features': JSON.stringify(description) },
        tensors: new Map([
          // Two outputs of three inputs, 1×2: right less left pixel of red; sum of blue.
          ['conv.weight', tensor([2, 3, 1, 2], [-1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1])],
          ['conv.bias', tensor([2], [0, 10])],
          ['linear.weight', tensor([1, 12], [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1])],
        ]),
      }),
    );
  const conv = { type: 'conv', weight: 'conv.weight', bias: 'conv.bias' };
  const input = { channels: 3 };
  const open = () => openFeatureNetwork(path, shape, {});
  const picture = { data: Float32Array.from({ length: size }, (_, i) => Math.sin(i)), count: 1, shape };
  const pixel = (y: number, x: number, c: number) => (Math.sin((y * 4 + x) * 3 + c) + 1) / 2; // in [0, 1]

  it('has sides and layers that a network can have', async () => {
    const layers = Array.from({ length: 200_000 }, () => ({ type: 'relu' }));
    const padded = { ...conv, padding: 4000 };
    const refused: [description: object, message: RegExp][] = [
      [{ layers }, /layers: Too big/],
      [{ layers: [{ ...conv, padding: 1e9 }] }, /layers\.0\.padding/],
      [{ layers: [padded] }, /layer 0 \(conv\): its output has a side of 8\d\d\d, more than 4096/],
      [{ layers: [{ type: 'max-pool', size: 1e12 }] }, /layers\.0\.size/],
    ];
    for (const [description, message] of refused) {
      write({ format: 1, input, ...description });
      await expect(open()).rejects.toThrow(message);
    }
  });

  it('computes what its description says, in PyTorch’s layouts', async () => {
    // [2, 4, 3] → conv [2, 3, 2] → flatten, channels first: 5 is (c 0, y 1, x 2), 11 is (c 1, y 1, x 2)
    write({ format: 1, input, layers: [conv, { type: 'flatten' }, { type: 'linear', weight: 'linear.weight' }] });
    const network = await open();
    const { data, dimensions } = await extractFeatures(network, picture, options);
    expect(dimensions).toBe(1);
    const expected = pixel(1, 3, 0) - pixel(1, 2, 0) + pixel(1, 2, 2) + pixel(1, 3, 2) + 10;
    expect(data[0]).toBeCloseTo(expected, 5);
    network.dispose();
  });

  it('normalizes, pools, and averages what is still an image', async () => {
    const normalized = { channels: 3, mean: [0.5, 0, 0], std: [2, 1, 1] };
    write({ format: 1, input: normalized, layers: [conv, { type: 'relu' }, { type: 'max-pool', size: 2, stride: 1 }] });
    const network = await open();
    const { data } = await extractFeatures(network, picture, options);
    const difference = (y: number, x: number) => Math.max(0, (pixel(y, x + 1, 0) - pixel(y, x, 0)) / 2);
    const pooled = [0, 1].map((x) =>
      Math.max(difference(0, x), difference(1, x), difference(0, x + 1), difference(1, x + 1)),
    );
    expect(data[0]).toBeCloseTo(((pooled[0] as number) + (pooled[1] as number)) / 2, 6);
    network.dispose();
  });

  it('is refused with the layer’s number where it does not fit', async () => {
    const refused: [description: unknown, message: RegExp][] = [
      [{ format: 2, input, layers: [conv] }, /format/],
      [{ format: 1, input, layers: [{ type: 'lstm' }] }, /layers\.0\.type/],
      [{ format: 1, input, layers: [{ ...conv, weight: 'nope' }] }, /layer 0 \(conv\): the file has no tensor "nope"/],
      [{ format: 1, input, layers: [conv, conv] }, /layer 1 \(conv\): conv.weight takes 3 channels, but gets 2/],
      [{ format: 1, input, layers: [{ type: 'max-pool', size: 3 }] }, /images of 2×4 are too small/],
      [{ format: 1, input, layers: [{ type: 'linear', weight: 'linear.weight' }] }, /takes vectors; put flatten/],
      [{ format: 1, input: { channels: 3, mean: [1] }, layers: [conv] }, /input.mean has 1 values for 3 channels/],
      [
        { format: 1, input: { channels: 1 }, layers: [{ type: 'relu' }] },
        /takes images of 1 channels, and these have 3/,
      ],
    ];
    for (const [description, message] of refused) {
      write(description);
      await expect(open()).rejects.toThrow(message);
    }
  });
});

describe('a tfjs layers model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'denoiser-layers-'));
  const path = join(folder, 'model.json');
  const open = (options = {}) => openFeatureNetwork(path, shape, options);
  let model: tf.Sequential;
  let manifest: { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[];
  let modelTopology: unknown;
  const write = (change: object = {}) =>
    writeFileSync(
      path,
      JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest: manifest, ...change }),
    );

  beforeAll(async () => {
    model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [4, 4, 3], filters: 5, kernelSize: 3, name: 'images' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 2, name: 'classes' }),
      ],
    });
    await model.save({
      async save(artifacts) {
        modelTopology = artifacts.modelTopology;
        manifest = [{ paths: ['weights.bin'], weights: artifacts.weightSpecs ?? [] }];
        writeFileSync(join(folder, 'weights.bin'), new Uint8Array(artifacts.weightData as ArrayBuffer));
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      },
    });
  });

  const pictures = {
    data: Float32Array.from({ length: 3 * 48 }, (_, i) => Math.cos(i)),
    count: 3,
    shape: [4, 4, 3] as const,
  };
  const options = { batchSize: 2, ...common };

  it('gives what the model gives', async () => {
    write();
    const network = await open({ featureRange: '0:255' });
    const { data, dimensions } = await extractFeatures(network, pictures, options);
    const direct = model.predict(tf.tensor4d(pictures.data, [3, 4, 4, 3]).mul(127.5).add(127.5)) as tf.Tensor;
    expect(dimensions).toBe(2);
    Array.from(direct.dataSync()).forEach((value, i) => {
      expect(data[i]).toBeCloseTo(value, 3); // sums of 45 numbers up to 255
    });
    network.dispose();
  });

  it('or a layer of it, averaged over the image', async () => {
    write();
    const network = await open({ featureLayer: 'images' });
    expect((await extractFeatures(network, pictures, options)).dimensions).toBe(5);
    network.dispose();
    await expect(open({ featureLayer: 'nope' })).rejects.toThrow(/no such layer .* images, flatten_\S+, classes\./);
  });

  it('is checked before it is believed', async () => {
    const [group] = manifest;
    const refused: [change: object, message: RegExp][] = [
      [{ format: 'graph-model' }, /graph model, not a layers model/],
      [{ modelTopology: 7 }, /no model\.json of a tfjs layers model \(modelTopology/],
      [{ modelTopology: { class_name: 'Trap' } }, /tfjs cannot build this model/],
      [
        { weightsManifest: [{ ...group, paths: ['../weights.bin'] }] },
        /"\.\.\/weights\.bin", which does not lie in its own/,
      ],
      [{ weightsManifest: [{ ...group, paths: ['http://x/w.bin'] }] }, /which does not lie in its own/],
      [{ weightsManifest: [{ ...group, paths: ['gone.bin'] }] }, /gone\.bin: it does not exist/],
      [
        { weightsManifest: [{ ...group, weights: group?.weights.slice(1) }] },
        /need \d+ bytes, but weights\.bin has \d+/,
      ],
    ];
    for (const [change, message] of refused) {
      write(change);
      await expect(open()).rejects.toThrow(message);
    }
    writeFileSync(path, '{');
    await expect(open()).rejects.toThrow(/is not JSON/);
    await expect(openFeatureNetwork('net\0.json', shape, {})).rejects.toThrow(/there is no such file/);
  });

  it('is refused by name where it would take all there is, before any of it is made', async () => {
    const [group] = manifest;
    const [first] = (group?.weights ?? []) as unknown[];
    const layer = (config: object) => ({
      modelTopology: { class_name: 'Sequential', config: { layers: [{ class_name: 'Dense', config }] } },
    });
    const many = Array.from({ length: 200_000 }, () => ({ class_name: 'ReLU', config: {} }));
    const weights = (entry: unknown) => ({ weightsManifest: [{ ...group, weights: [entry] }] });
    const refused: [change: object, message: RegExp][] = [
      [weights({ ...(first as object), shape: [2 ** 40] }), /shape\.0/],
      [weights({ ...(first as object), shape: [2 ** 30, 2 ** 30] }), /need 4611686018427388000 bytes/],
      [layer({ units: 1e9 }), /a layer has units 1000000000, but its largest weight only 20/],
      [layer({ units: 2, batch_input_shape: [null, 1e6, 1e6, 3] }), /a side of 1000000, and up to 4096/],
      [{ modelTopology: { class_name: 'Sequential', config: { layers: many } } }, /more layers than any network/],
      [{ weightsManifest: [{ ...group, paths: ['weights.bin\0'] }] }, /"weights\.bin\\u0000", which does not lie/],
      [{ weightsManifest: [{ ...group, paths: ['link.bin'] }] }, /"link\.bin", which does not lie in its own folder/],
      [{ weightsManifest: [{ ...group, paths: ['.'] }] }, /does not lie in its own folder|is not a file/],
    ];
    const elsewhere = join(mkdtempSync(join(tmpdir(), 'denoiser-elsewhere-')), 'weights.bin');
    writeFileSync(elsewhere, new Uint8Array(8));
    symlinkSync(elsewhere, join(folder, 'link.bin'));
    for (const [change, message] of refused) {
      write(change);
      await expect(open(), String(message)).rejects.toThrow(message);
    }
  });
});
