import { readdirSync, readFileSync } from 'node:fs';
import {
  convertTensor,
  memorySource,
  readSafetensors,
  type SafetensorsStream,
  type TensorEntry,
  type TensorFile,
  writeSafetensors,
} from '@denoiser/safetensors';
import { createUNet, createUNet2D, type UNet2DConfig } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { torchFileOf } from '../../../pytorch/test/torch-file';
import { drawImages, type FileFolder, openModel, streamWeights, withModelFile } from '../index';
import { diffusersFiles } from './write-folder';

const CONFIG = {
  ...{ sample_size: 8, in_channels: 1, out_channels: 1, layers_per_block: 1, block_out_channels: [8, 16] },
  ...{ down_block_types: ['DownBlock2D', 'AttnDownBlock2D'], up_block_types: ['AttnUpBlock2D', 'UpBlock2D'] },
  ...{ norm_num_groups: 4, attention_head_dim: 8 },
} satisfies Partial<UNet2DConfig>;
const DDIM = { _class_name: 'DDIMScheduler', num_train_timesteps: 20, clip_sample: false, set_alpha_to_one: false };
const FILE = 'unet/diffusion_pytorch_model.safetensors';

let file: TensorFile;
let weights: Uint8Array;
beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  const network = createUNet2D(CONFIG, { seed: 1 });
  file = await network.exportParameters(network.parameters);
  weights = writeSafetensors({ metadata: { format: 'pt' }, tensors: file.tensors }); // as diffusers writes it
  network.dispose();
});

/** A model that diffusers has saved. */
function savedFolder(name: string): Record<string, Uint8Array> {
  const folder = new URL(`../../test/fixtures/${name}/`, import.meta.url);
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.\w+$/.test(path));
  return Object.fromEntries(paths.map((path) => [path, new Uint8Array(readFileSync(new URL(path, folder)))]));
}

type Content = string | Uint8Array | object;

/** A folder in memory, and how many of its files are open. */
function folderOf(files: Readonly<Record<string, Content>>): FileFolder & { open(path: string): Promise<never> } & {
  count(): number;
} {
  let open = 0;
  return {
    count: () => open,
    list: async () => Object.keys(files),
    async open(path: string) {
      const content = files[path];
      if (content === undefined) throw new Error(`asked for ${path}`);
      const bytes =
        content instanceof Uint8Array
          ? content
          : new TextEncoder().encode(typeof content === 'string' ? content : JSON.stringify(content));
      open++;
      return { ...memorySource(bytes), close: async () => void open-- } as never;
    },
  };
}

const index = {
  _class_name: 'DDIMPipeline',
  scheduler: ['diffusers', 'DDIMScheduler'],
  unet: ['diffusers', 'UNet2DModel'],
};
const unet = { _class_name: 'UNet2DModel', _diffusers_version: '0.42.0', ...CONFIG };
const whole = (): Record<string, Content> => ({
  'model_index.json': index,
  'scheduler/scheduler_config.json': DDIM,
  'unet/config.json': unet,
  [FILE]: weights,
  'README.md': 'a model',
});

async function bytesOf(stream: SafetensorsStream | string): Promise<Uint8Array> {
  if (typeof stream === 'string') return new TextEncoder().encode(stream);
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

describe('a folder of diffusers', () => {
  it('opens as a model that is drawn from as its scheduler says', async () => {
    const folder = folderOf(whole());
    using model = await openModel(folder, { name: 'ddpm-mine' });
    expect(folder.count()).toBe(0);
    expect(model).toMatchObject({
      description: `ddpm-mine, ${FILE}`,
      imageShape: [8, 8, 1],
      prediction: 'epsilon',
      process: { steps: 20 },
      architecture: { name: 'unet2d', config: CONFIG },
      sampler: { sampler: 'ddim', steps: 20, spacing: 'leading', end: 'first', rederive: false, threshold: 'none' },
    });
    const own = await drawImages(model, { count: 2, steps: 4 });
    const named = { sampler: 'ddim', spacing: 'leading', end: 'first', threshold: 'none', rederive: false } as const;
    expect(own.data).toEqual((await drawImages(model, { count: 2, steps: 4, ...named })).data);
    const other = await drawImages(model, { count: 2, steps: 4, sampler: 'ddim' });
    expect(other.data).not.toEqual(own.data);
    const trailing = await drawImages(model, { count: 2, steps: 4, spacing: 'trailing' });
    expect(trailing.data).not.toEqual(own.data);
  });

  it.each([
    ['in half precision', (f: Record<string, Content>) => ({ ...f, ...moved(f, '.fp16.safetensors', half()) })],
    [
      'of PyTorch',
      (f: Record<string, Content>) => ({ ...f, ...moved(f, '.bin', torchFileOf({ state_dict: file.tensors })) }),
    ],
    ['all in one place', (f: Record<string, Content>) => flat(f)],
    [
      'the network alone',
      (f: Record<string, Content>) => ({
        'config.json': f['unet/config.json'],
        'diffusion_pytorch_model.safetensors': f[FILE],
      }),
    ],
    ['in shards', (f: Record<string, Content>) => ({ ...f, ...sharded() })],
  ] as [string, (f: Record<string, Content>) => Record<string, Content>][])('opens %s', async (_, change) => {
    const files = Object.fromEntries(Object.entries(change(whole())).filter(([, content]) => content !== undefined));
    using model = await openModel(folderOf(files));
    const tensors = (await model.network.exportParameters(model.network.parameters)).tensors;
    for (const [name, entry] of file.tensors) {
      const error = Math.max(
        ...Array.from(entry.data as Float32Array, (value, i) => Math.abs(value - Number(tensors.get(name)?.data[i]))),
      );
      expect(error, name).toBeLessThan(1e-3); // of half precision, of values below 1
    }
  });

  it('in several files of PyTorch gives what it gives in diffusers', async () => {
    const files = savedFolder('ddpm-bin');
    using model = await openModel(folderOf(files));
    expect(model).toMatchObject({ imageShape: [8, 8, 1], process: { steps: 20 }, sampler: { sampler: 'ddpm' } });
    const x = tf.tensor4d(
      Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
      [1, 8, 8, 1],
    );
    const output = await model.network
      .denoiser()(x, tf.tensor1d([7]), {})
      .data();
    const expected = JSON.parse(new TextDecoder().decode(files['output.json']));
    expect(
      Math.max(...expected.map((value: number, i: number) => Math.abs(value - (output[i] as number)))),
    ).toBeLessThan(2e-4);
    const lost = Object.keys(files).find((name) => name.includes('00003-of')) as string;
    const { [lost]: _, ...rest } = files;
    await expect(openModel(folderOf(rest))).rejects.toThrow(`${lost} is missing in the folder`);
  });

  it.each([
    [
      { 'unet/config.json': { ...unet, _class_name: 'UNet2DConditionModel' } },
      'only a UNet2DModel that draws pixels is',
    ],
    [{ 'model_index.json': { ...index, vae: ['diffusers', 'AutoencoderKL'] } }, 'its vae a "AutoencoderKL"'],
    [{ 'unet/config.json': undefined }, 'unet/config.json is missing in the folder'],
    [{ [FILE]: undefined }, `${FILE} is missing in the folder of the model, which has model_index.json`],
    [{ 'unet/config.json': '{' }, 'unet/config.json is not JSON'],
    [{ 'model_index.json': '{"a": Infinity, "b": "NaN", "c": NaN,}' }, 'model_index.json is not JSON'],
    [{ 'model_index.json': '[]' }, 'model_index.json is no object'],
    [
      { 'scheduler/scheduler_config.json': { ...DDIM, beta_schedule: 'x' } },
      'scheduler_config.json has "x" as beta_schedule',
    ],
    [{ 'unet/config.json': { ...unet, block_out_channels: [8, 32] } }, 'does not fit'],
    [{ 'unet/config.json': { ...unet, act_fn: 'tanh' } }, /mine: unet.config\.json: .*act_fn/],
    [{ [FILE]: new Uint8Array(9) }, `${FILE}: `],
    [
      { [FILE]: undefined, [`${FILE}.index.json`]: { weight_map: { a: '../../secret.safetensors' } } },
      'which is no name of a .safetensors file beside it',
    ],
  ] as [Record<string, Content>, string | RegExp][])('is refused by what is wrong: %#', async (change, message) => {
    const files = Object.entries({ ...whole(), ...change }).filter(([, content]) => content !== undefined);
    const folder = folderOf(Object.fromEntries(files));
    const before = tf.memory().numTensors;
    await expect(openModel(folder, { name: 'mine' })).rejects.toThrow(message);
    expect(folder.count()).toBe(0);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes what is said of its training, and no choice of weights', async () => {
    using model = await openModel(folderOf(whole()), { process: { type: 'cosine', steps: 50 }, imageSize: 16 });
    expect(model).toMatchObject({ imageShape: [16, 16, 1], process: { options: { type: 'cosine' } } });
    expect(model.sampler).toBeUndefined();
    await expect(openModel(folderOf(whole()), { weights: 'ema' })).rejects.toThrow('but the source is a folder');
    await expect(openModel(folderOf(whole()), { checkpoint: 1 })).rejects.toThrow('is a folder; leave it out');
  });
});

describe('a model is saved as diffusers saves it', () => {
  it('and is the same again, to the bit', async () => {
    const files = await withModelFile(folderOf(whole()), {}, async (model) => {
      const made: Record<string, Content> = {};
      for (const [path, content] of diffusersFiles(model, streamWeights(model))) made[path] = await bytesOf(content);
      return made;
    });
    const json = (path: string) => JSON.parse(Buffer.from(files[path] as Uint8Array).toString());
    expect(json('model_index.json')).toMatchObject(index);
    expect(json('scheduler/scheduler_config.json')).toEqual(DDIM);
    expect(json('unet/config.json')).toMatchObject(unet);
    expect(readSafetensors(files[FILE] as Uint8Array).tensors).toEqual(file.tensors);
    using model = await openModel(folderOf(files));
    const { tensors } = await model.network.exportParameters(model.network.parameters);
    expect(tensors).toEqual(file.tensors);
    using alone = await openModel(files[FILE] as Uint8Array);
    expect(alone.architecture).toEqual(model.architecture);
  });

  it.each([
    [{ type: 'cosine' }, { beta_schedule: 'squaredcos_cap_v2' }],
    [{ type: 'scaled-linear' }, { beta_schedule: 'scaled_linear', beta_start: 0.00085, beta_end: 0.012 }],
    [
      { type: 'linear', steps: 100, betaEnd: 0.1 },
      { num_train_timesteps: 100, beta_start: 1e-4, beta_end: 0.1 },
    ],
    [
      { type: 'linear', zeroTerminalSnr: true },
      { rescale_betas_zero_snr: true, timestep_spacing: 'trailing' },
    ],
    [
      { type: 'sigmoid-alpha-bar', steps: 4 },
      { num_train_timesteps: 4, trained_betas: expect.any(Array) },
    ],
    [
      { kind: 'sigma', sigmaMax: 40 },
      { _class_name: 'EDMEulerScheduler', sigma_max: 40 },
    ],
    [
      { kind: 'flow', shift: 3 },
      { _class_name: 'FlowMatchEulerDiscreteScheduler', shift: 3 },
    ],
  ] as const)('with a scheduler of how it was trained: %o', async (process, expected) => {
    const options = { process, ...('zeroTerminalSnr' in process && { prediction: 'v' as const }) };
    const scheduler = await withModelFile(folderOf(whole()), options, async (model) =>
      diffusersFiles(model, streamWeights(model)).get('scheduler/scheduler_config.json'),
    );
    expect(JSON.parse(String(scheduler))).toMatchObject(expected);
    const again = folderOf({ ...whole(), 'scheduler/scheduler_config.json': String(scheduler) });
    using model = await openModel(again);
    using first = await openModel(folderOf(whole()), options);
    const numbers = ({ process: p }: typeof model) => ('betas' in p ? Array.from(p.betas) : p);
    expect(numbers(model)).toEqual(numbers(first));
    expect(model.prediction).toBe(first.prediction);
  });

  it('unless diffusers has no such network or training', async () => {
    const original = createUNet({ channels: 1, baseWidth: 4, timeDim: 8 });
    const bytes = writeSafetensors(await original.exportParameters(original.parameters));
    original.dispose();
    const save = (source: Parameters<typeof openModel>[0], options = {}) =>
      withModelFile(source, options, async (model) => diffusersFiles(model, streamWeights(model)));
    await expect(save(bytes)).rejects.toThrow('diffusers has no network like ddpm-unet; save its weights as');
    await expect(save(folderOf(whole()), { process: { type: 'angle' }, prediction: 'v' })).rejects.toThrow(
      'trained by angle',
    );
  });
});

const half = () => {
  const tensors = [...file.tensors].map(([name, entry]) => [name, convertTensor(entry, 'F16')] as const);
  return writeSafetensors({ metadata: {}, tensors: new Map<string, TensorEntry>(tensors) });
};
const moved = (_: Record<string, Content>, ending: string, content: Content) => ({
  [FILE]: undefined as never,
  [FILE.replace('.safetensors', ending)]: content,
});
const flat = (files: Record<string, Content>) =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [path.replace(/^.*\//, ''), content]));
function sharded(): Record<string, Content> {
  const entries = [...file.tensors];
  const parts = { 1: entries.slice(0, 20), 2: entries.slice(20) };
  const nameOf = (part: string) => `diffusion_pytorch_model-0000${part}-of-00002.safetensors`;
  const map = Object.entries(parts).flatMap(([part, of]) => of.map(([name]) => [name, nameOf(part)]));
  return {
    [FILE]: undefined as never,
    [`${FILE}.index.json`]: { metadata: { total_size: 1 }, weight_map: Object.fromEntries(map) },
    ...Object.fromEntries(
      Object.entries(parts).map(([part, of]) => [
        `unet/${nameOf(part)}`,
        writeSafetensors({ metadata: {}, tensors: new Map(of) }),
      ]),
    ),
  };
}
