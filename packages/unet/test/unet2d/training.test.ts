import '@tensorflow/tfjs';
import { type CpuEngine, registerCpuEngine } from '@denoiser/kernels-cpu';
import { planFor, sampleImages } from '@denoiser/samplers';
import { edm } from '@denoiser/schedules';
import { createTrainer, memoryDataset } from '@denoiser/trainer';
import { keepActivations, recomputeActivations } from '@denoiser/trainer/parts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { createUNet, createUNet2D, type UNet, type UNet2D, type UNet2DConfig } from '../../src/index';
import { gradientsOf } from '../training-form';

let engine: CpuEngine;
beforeAll(async () => {
  engine = await registerCpuEngine({ threads: 2 });
  await tf.setBackend(engine.backendName);
});

const SMALL = {
  block_out_channels: [8, 16],
  down_block_types: ['DownBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'UpBlock2D'],
  layers_per_block: 1,
  norm_num_groups: 4,
  attention_head_dim: 8,
} as const satisfies Partial<UNet2DConfig>;
/** What EDM's DDPM++ has: residual blocks to other sizes, and sums divided by √2. */
const EDM = {
  ...SMALL,
  down_block_types: ['ResnetDownsampleBlock2D', 'AttnDownBlock2D'],
  up_block_types: ['AttnUpBlock2D', 'ResnetUpsampleBlock2D'],
  downsample_type: 'resnet',
  upsample_type: 'resnet',
  resnet_out_scale_factor: Math.SQRT2,
  mid_block_scale_factor: Math.SQRT2,
  freq_shift: 1,
  flip_sin_to_cos: false,
  norm_eps: 1e-6,
} as const satisfies Partial<UNet2DConfig>;

/** Grey images of two classes. */
const images = Float32Array.from({ length: 8 * 192 }, (_, i) => (Math.floor(i / 192) % 2 ? 0.6 : -0.6));
const unlabelled = memoryDataset({ images, imageShape: [8, 8, 3] });
const dataset = memoryDataset({
  images,
  imageShape: [8, 8, 3],
  labels: [0, 1, 0, 1, 0, 1, 0, 1],
  classNames: ['dark', 'light'],
});

test.each([
  ['plain', SMALL],
  ['with classes and scale shift', { ...SMALL, num_class_embeds: 2, resnet_time_scale_shift: 'scale_shift' }],
  ['of EDM', EDM],
] as const)('recomputed gradients are those of kept activations to the bit: %s', (_, config) => {
  const model = createUNet2D(config);
  const before = tf.memory().numTensors;
  for (const dropout of [0, 0.2]) {
    const plain = gradientsOf(model, { size: 8, runPart: keepActivations, dropout });
    expect(plain.gradients.size).toBe(model.parameters.size);
    expect(gradientsOf(model, { size: 8, runPart: recomputeActivations, dropout })).toEqual(plain);
  }
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
});

test("training drops what its option says, or where it says nothing, what the network's configuration says", () => {
  const [plain, dropping] = [SMALL, { ...SMALL, dropout: 0.3 }].map((config) => createUNet2D(config)) as [
    UNet2D,
    UNet2D,
  ];
  const losses = (model: UNet2D, dropout: number) =>
    gradientsOf(model, { size: 8, runPart: keepActivations, dropout }).loss;
  expect(losses(dropping, 0)).toEqual(losses(plain, 0.3));
  expect(losses(dropping, 0.1)).toEqual(losses(plain, 0.1));
  expect(losses(dropping, 0)).not.toEqual(losses(plain, 0));
  tf.dispose([plain, dropping].flatMap(({ parameters }) => [...parameters.values()]));
});

test("a run drops the configuration's share, recomputed or not", async () => {
  const lossesOf = async (config: object, options: object) => {
    const model = createUNet2D({ ...SMALL, ...config });
    const process = { type: 'linear', steps: 10 } as const;
    const trainer = createTrainer({ model, process, batchSize: 2, seed: 1, ...options });
    const { losses } = await trainer.fit(unlabelled, { steps: 2 });
    trainer.dispose();
    model.dispose();
    return losses.map(({ loss }) => loss);
  };
  const dropped = await lossesOf({}, { dropout: 0.3 });
  expect(await lossesOf({ dropout: 0.3 }, {})).toEqual(dropped);
  expect(await lossesOf({ dropout: 0.3 }, { recompute: true })).toEqual(dropped);
});

test("the network of EDM learns under EDM's preconditioning, with classes left out at random, and draws", async () => {
  const model = createUNet2D({ ...EDM, num_class_embeds: 2 }, { seed: 2 });
  const options = { seed: 1, batchSize: 8, learningRate: 4e-3, labelDropout: 0.2 };
  const trainer = createTrainer({ model, process: { type: 'edm' }, ...options });
  engine.fallbacks({ reset: true });
  const { losses } = await trainer.fit(dataset, { steps: 60 });
  const mean = (part: typeof losses) => part.reduce((sum, { loss }) => sum + loss, 0) / part.length;
  expect(mean(losses.slice(-20))).toBeLessThan(0.8 * mean(losses.slice(0, 10)));
  const plan = planFor({ process: edm() }, { sampler: 'heun', steps: 6 });
  const labels = tf.tensor1d([0, 1, 0, 1], 'int32');
  const drawn = await sampleImages({
    denoiser: model.denoiser(),
    plan,
    shape: [4, 8, 8, 3],
    seed: 3,
    conditioning: { labels },
  });
  const greys = tf.tidy(() => tf.mean(drawn, [1, 2, 3]).dataSync());
  // Each class has its grey, as far as so few steps go.
  expect(Math.max(greys[0] as number, greys[2] as number)).toBeLessThan(
    Math.min(greys[1] as number, greys[3] as number),
  );
  const others = [...engine.fallbacks().keys()].filter((name) => name !== 'Pack'); // of the trainer's two numbers
  expect(others).toEqual([]);
  drawn.dispose();
  labels.dispose();
  trainer.dispose();
  model.dispose();
});

test.each([
  ['diffusers', (classes?: number): UNet => createUNet2D({ ...SMALL, num_class_embeds: classes })],
  ['the original program', (classes?: number): UNet => createUNet({ baseWidth: 4, timeDim: 8, classes })],
])('a network of %s begins with weights that have classes where it has none, and the reverse', async (_, create) => {
  const [plain, classes] = [create(), create(2)];
  const { tensors } = await classes.exportParameters(classes.parameters);
  const { tensors: unclassed } = await plain.exportParameters(plain.parameters);
  const trainerOf = (model: UNet) =>
    createTrainer({ model, seed: 1, batchSize: 2, process: { type: 'linear', steps: 10 } });
  const [without, withClasses] = [trainerOf(plain), trainerOf(classes)];
  expect(await without.startFrom({ tensors })).toEqual({ step: 0, keptClasses: [], freshClasses: [] });
  expect((await withClasses.startFrom({ tensors: unclassed })).freshClasses).toEqual(['0', '1']);
  without.dispose();
  withClasses.dispose();
  plain.dispose();
  classes.dispose();
});

test('frequencies that are never trained stay as they were, and do not decay', async () => {
  const config = { ...SMALL, time_embedding_type: 'fourier' } as const;
  const model = createUNet2D(config);
  const frequencies = () => model.parameters.get('time_proj.weight')?.dataSync() as Float32Array;
  const before = frequencies();
  const bias = model.parameters.get('conv_in.bias')?.dataSync();
  const trainer = createTrainer({
    model,
    process: { type: 'linear', steps: 10 },
    batchSize: 2,
    seed: 1,
    weightDecay: 0.5,
  });
  await trainer.fit(unlabelled, { steps: 2 });
  expect(frequencies()).toEqual(before);
  expect(model.parameters.get('conv_in.bias')?.dataSync()).not.toEqual(bias);
  trainer.dispose();
  model.dispose();
});

test('a network that takes the logarithm of the time is refused where times are not above 0', () => {
  const model = createUNet2D({ ...SMALL, time_embedding_type: 'fourier' });
  const create = (more: Partial<Parameters<typeof createTrainer>[0]>) => () =>
    createTrainer({ model, seed: 1, batchSize: 2, process: { type: 'linear', steps: 10 }, ...more }).dispose();
  expect(create({ process: { type: 'edm' } })).toThrow(/process of EDM tells it ln\(σ\)\/4, .* another `process`/);
  expect(create({ timesteps: { type: 'uniform', first: 0 } })).toThrow(/give a `timesteps\.first` of 1 or more/);
  create({})();
  model.dispose();
});

test('a network with a learned variance trains on the hybrid loss', async () => {
  const model = createUNet2D({ ...SMALL, out_channels: 6, num_class_embeds: 2 });
  const start = model.parameters.get('conv_out.bias')?.dataSync() as Float32Array;
  const process = { type: 'linear', steps: 10 } as const;
  const trainer = createTrainer({ model, process, batchSize: 4, seed: 1, variance: { type: 'learned-range' } });
  await trainer.fit(dataset, { steps: 2 });
  const end = model.parameters.get('conv_out.bias')?.dataSync() as Float32Array;
  // Three channels of ε, three of v: each has learned.
  expect(Array.from(end, (number, i) => number !== start[i])).toEqual(Array(6).fill(true));
  trainer.dispose();
  model.dispose();
});
