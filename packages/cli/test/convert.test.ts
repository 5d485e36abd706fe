import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawImages, openModel } from '@denoiser/backend-node';
import {
  convertTensor,
  readSafetensors,
  type TensorEntry,
  toFloat32Array,
  writeSafetensors,
} from '@denoiser/safetensors';
import { createUNet, createUNet2D } from '@denoiser/unet';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import scores from '../../pipeline/test/fixtures/score-sde.json';
import { torchFileOf } from '../../pytorch/test/torch-file';
import { goldenFile } from '../../unet/test/unet2d/golden';
import { train } from '../src';
import { type ConvertFlags, convert } from '../src/commands/convert';
import { resume } from '../src/commands/resume';
import { quietHost } from '../src/process/host';
import { writeDigits } from './pictures';

const cwd = mkdtempSync(join(tmpdir(), 'denoiser-convert-'));
const at = (name: string) => join(cwd, name);
const size = { imageSize: 16, channels: 1, baseWidth: 4, timeDim: 8 } as const;
const tensorsOf = (path: string) => readSafetensors(readFileSync(at(path))).tensors;

/** Weights of a network of this seed, as its files have them. */
let weightsOf: (seed: number) => Promise<Map<string, TensorEntry>>;

/** Runs the command, and returns the JSON that it prints. */
async function converted(source: string, to: string, flags: Partial<ConvertFlags> = {}) {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await convert(at(source), { to: at(to), json: true, ...flags });
    return JSON.parse(String(written.mock.calls.at(-1)?.[0]));
  } finally {
    written.mockRestore();
  }
}
/** Goes on with a run, and returns the JSON that the command prints. */
async function resumed(run: string, options: Parameters<typeof resume>[1]) {
  const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await resume(run, { json: true, ...options }, quietHost());
    return JSON.parse(String(written.mock.calls.at(-1)?.[0]));
  } finally {
    written.mockRestore();
  }
}
const refused = (source: string, to: string, flags: Partial<ConvertFlags> = {}) =>
  expect(convert(at(source), { to: at(to), ...flags })).rejects;

beforeAll(async () => {
  tf.enableProdMode();
  await tf.setBackend('cpu');
  weightsOf = async (seed) => {
    const network = createUNet({ ...size, seed });
    const { tensors } = await network.exportParameters(network.parameters);
    network.dispose();
    return tensors;
  };
  const [live, average] = [await weightsOf(1), await weightsOf(2)];
  writeFileSync(at('ckpt.pt'), torchFileOf({ model_state_dict: live, ema: average }));
  const wrapped = new Map([...average].map(([name, entry]) => [`module.${name}`, entry]));
  writeFileSync(at('wrapped.pth'), torchFileOf({ state_dict: wrapped }));
  await writeDigits(at('digits'), [3, 7], 3);
});
afterAll(() => tf.disposeVariables());

const flags = { size: 16 };

test('a file of PyTorch becomes a safetensors file of the same bits, and says what was taken', async () => {
  const told = await converted('ckpt.pt', 'a.safetensors', { ...flags, schedule: 'cosine', prediction: 'v' });
  expect(told.weights).toBe(`${at('ckpt.pt')}, averaged weights at "ema"`);
  expect(told['trained as']).toBe('cosine in 1000 steps, gives v');
  expect(told.next).toContain('sample');
  expect(tensorsOf('a.safetensors')).toEqual(await weightsOf(2));
  using model = await openModel(at('a.safetensors'));
  expect(model).toMatchObject({ imageShape: [16, 16, 1], prediction: 'v', process: { options: { type: 'cosine' } } });
});

test('weights are chosen by kind and by key, and prefixes go', async () => {
  await converted('ckpt.pt', 'live.safetensors', { ...flags, weights: 'model' });
  expect(tensorsOf('live.safetensors')).toEqual(await weightsOf(1));
  await converted('ckpt.pt', 'key.safetensors', { ...flags, weights: 'model_state_dict' });
  expect(readFileSync(at('key.safetensors'))).toEqual(readFileSync(at('live.safetensors')));
  const { weights } = await converted('wrapped.pth', 'bare.safetensors', flags);
  expect(weights).toMatch(/weights at "state_dict", their names without "module\."$/);
  expect(tensorsOf('bare.safetensors')).toEqual(await weightsOf(2));
  await refused('ckpt.pt', 'no.safetensors', { weights: 'swa' }).toMatchObject({ code: 'state-dict-missing' });
  expect(existsSync(at('no.safetensors'))).toBe(false);
});

test('numbers are rounded to half precision once, and not where one is too large', async () => {
  const average = await weightsOf(2);
  for (const dtype of ['f16', 'bf16'] as const) {
    await converted('ckpt.pt', `${dtype}.safetensors`, { ...flags, dtype });
    const expected = [...average].map(([name, e]) => [name, convertTensor(e, dtype.toUpperCase() as 'F16')] as const);
    expect(tensorsOf(`${dtype}.safetensors`)).toEqual(new Map(expected));
  }
  const bias = average.get('outc.bias') as TensorEntry;
  const large = new Map(average).set('outc.bias', { ...bias, data: Float32Array.of(1e6) } as TensorEntry);
  writeFileSync(at('large.safetensors'), writeSafetensors({ metadata: {}, tensors: large }));
  await refused('large.safetensors', 'x.safetensors', { ...flags, dtype: 'f16' }).toThrow(
    '`dtype` F16 has no number as large as one of outc.bias; take BF16.',
  );
  expect(existsSync(at('x.safetensors'))).toBe(false);
});

test('the index of several files is one model', async () => {
  const tensors = [...(await weightsOf(3))];
  const parts = { 'm-1.safetensors': tensors.slice(0, 9), 'm-2.safetensors': tensors.slice(9) };
  for (const [name, part] of Object.entries(parts)) {
    writeFileSync(at(name), writeSafetensors({ metadata: {}, tensors: new Map(part) }));
  }
  const map = Object.entries(parts).flatMap(([file, part]) => part.map(([name]) => [name, file]));
  writeFileSync(at('m.safetensors.index.json'), JSON.stringify({ weight_map: Object.fromEntries(map) }));
  await converted('m.safetensors.index.json', 'one.safetensors', flags);
  expect(tensorsOf('one.safetensors')).toEqual(await weightsOf(3));
});

test('a run made of a file is drawn from, trained on and converted back to the same bits', async () => {
  const told = await converted('ckpt.pt', 'runs/imported', { ...flags, noiseSteps: 20 });
  expect(told.next).toMatch(/resume .*imported --data <pictures>$/);
  const run = at('runs/imported');
  using model = await openModel(run);
  expect(model).toMatchObject({ step: 0, imageShape: [16, 16, 1], process: { steps: 20 } });
  await converted('runs/imported', 'back.safetensors');
  expect(tensorsOf('back.safetensors')).toEqual(await weightsOf(2));

  await expect(resume(run, { steps: 2 }, quietHost())).rejects.toThrow('name the images to train on with --data');
  expect(await resumed(run, { steps: 2, data: at('digits') })).toMatchObject({ status: 'finished', step: 2 });
  await converted('runs/imported', 'trained.safetensors', { weights: 'model' });
  expect(tensorsOf('trained.safetensors')).not.toEqual(await weightsOf(2));
});

test('a run of ours becomes a file that draws as it does', async () => {
  const network = { type: 'original', baseWidth: 4, timeDim: 8 } as const;
  const small = { size: 16, channels: 1, network, samples: 2, previewSteps: 2, batchSize: 2, steps: 2 } as const;
  await train({ data: at('digits'), conditional: true, out: at('run'), ...small });
  const told = await converted('run', 'run.safetensors');
  expect(told.network).toContain('16×16×1, 2 classes');
  const path = 'run/checkpoints/step-00000002';
  expect(tensorsOf('run.safetensors')).toEqual(tensorsOf(`${path}/ema.safetensors`));
  await converted(path, 'live-of-run.safetensors', { weights: 'model' });
  expect(tensorsOf('live-of-run.safetensors')).toEqual(tensorsOf(`${path}/model.safetensors`));
  using model = await openModel(at('run.safetensors'));
  expect(model.classNames).toEqual(['3', '7']);
});

test('a run begins with any of these: their network and training come along, classes by their names', async () => {
  const fresh = { data: at('digits'), samples: 2, previewSteps: 2, batchSize: 2, steps: 1 } as const;
  const begun: string[] = [];
  const onBegin = (about: Readonly<Record<string, string>>) => void begun.push(about['begins with'] ?? 'nothing');
  const config = (out: string) => JSON.parse(readFileSync(join(at(out), 'config.json'), 'utf8'));
  await converted('ckpt.pt', 'v.safetensors', { ...flags, schedule: 'cosine', prediction: 'v' });
  const sources = ['v.safetensors', 'run', 'run/checkpoints/step-00000002', 'runs/imported'];
  for (const [i, from] of sources.entries()) {
    await train({ ...fresh, out: at(`from-${i}`), from: at(from), learningRate: 1e-9, onBegin });
    expect(config(`from-${i}`)).toMatchObject({
      ...{ channels: 1, size: 16, from: at(from) },
      network: { type: 'original', baseWidth: 4, timeDim: 8 },
    });
  }
  expect(begun).toEqual([
    at('v.safetensors'),
    `${at('run')}, step 2, averaged weights`,
    `${at('run/checkpoints/step-00000002')}, step 2, averaged weights`,
    `${at('runs/imported')}, step 2, averaged weights`,
  ]);
  expect(config('from-0').training).toMatchObject({ prediction: 'v', process: { type: 'cosine', steps: 1000 } });
  await converted('from-0', 'from-0.safetensors', { weights: 'model' });
  const [first, now] = [await weightsOf(2), tensorsOf('from-0.safetensors')];
  for (const [name, { data }] of first) {
    const moved = toFloat32Array(now.get(name) as TensorEntry).map((value, i) => Math.abs(value - Number(data[i])));
    expect(Math.max(...moved), name).toBeLessThan(1e-6); // a step of 1e-9, of values about 1 in float32
  }
  const other = { ...fresh, out: at('other'), from: at('v.safetensors') };
  await train({ ...other, prediction: 'epsilon', process: { type: 'linear', steps: 500 }, conditional: true });
  expect(config('other').training).toMatchObject({ prediction: 'epsilon', process: { type: 'linear', steps: 500 } });
  await expect(train({ ...other, out: at('no'), network: { baseWidth: 8 } })).rejects.toThrow(
    '--base-width is 8 here, and 4 in the network of',
  );
  await expect(train({ ...other, out: at('no'), variance: { type: 'learned-range' } })).rejects.toThrow(
    'has no learned variance; leave out --learned-variance',
  );
  await expect(train({ ...other, out: at('no'), from: at('nowhere') })).rejects.toMatchObject({
    code: 'model-missing',
  });
  expect(existsSync(at('no'))).toBe(false);
});

test('a UNet2DModel goes into a folder of diffusers and back, to the bit, and is drawn from there', async () => {
  const network = createUNet2D({
    ...{ sample_size: 16, in_channels: 1, out_channels: 1, layers_per_block: 1, norm_num_groups: 4 },
    ...{ block_out_channels: [8, 8], down_block_types: ['DownBlock2D', 'DownBlock2D'] },
    up_block_types: ['UpBlock2D', 'UpBlock2D'],
  });
  const { tensors } = await network.exportParameters(network.parameters);
  const file = await network.exportParameters(network.parameters);
  writeFileSync(at('unet2d.safetensors'), writeSafetensors(file));
  network.dispose();
  const folder = { format: 'diffusers', schedule: 'cosine', prediction: 'v' } as const;
  const told = await converted('unet2d.safetensors', 'ddpm-mine', folder);
  expect(told.network).toMatch(/^unet2d of [\d,]+ parameters, 16×16×1$/);
  const parts = ['model_index.json', 'scheduler/scheduler_config.json', 'unet/config.json'];
  for (const part of parts) expect(existsSync(join(at('ddpm-mine'), part)), part).toBe(true);
  for (const source of ['ddpm-mine', 'ddpm-mine/unet']) {
    const { weights } = await converted(source, 'back.safetensors', { overwrite: true });
    expect(weights).toMatch(/, (unet.)?diffusion_pytorch_model\.safetensors$/);
    expect(tensorsOf('back.safetensors')).toEqual(tensors);
  }
  using model = await openModel(at('ddpm-mine'));
  expect(model).toMatchObject({
    ...{ imageShape: [16, 16, 1], prediction: 'v', process: { options: { type: 'cosine' } } },
    sampler: { sampler: 'ddpm', threshold: 'static' },
  });
  await converted('ddpm-mine', 'ddpm-run');
  await resumed(at('ddpm-run'), { steps: 1, data: at('digits') });
  const from = { data: at('digits'), from: at('ddpm-mine'), samples: 2, previewSteps: 2, batchSize: 2, steps: 1 };
  await train({ ...from, conditional: true, out: at('ddpm-classes') });
  await resumed(at('ddpm-classes'), { steps: 2 });
  using tuned = await openModel(at('ddpm-classes'));
  expect(tuned).toMatchObject({ step: 2, prediction: 'v', classNames: ['3', '7'], architecture: { name: 'unet2d' } });
  await train({ ...from, from: at('ddpm-classes'), out: at('ddpm-without') });
  using without = await openModel(at('ddpm-without'));
  expect(without.classNames).toEqual([]);
  const other = { ...from, out: at('no-ddpm') };
  await expect(train({ ...other, channels: 3 })).rejects.toThrow('--grey is 3 here, and 1 in the network of');
  await refused('ckpt.pt', 'ddpm-original', { ...flags, format: 'diffusers' }).toThrow('safetensors file or as ONNX');
  await refused('unet2d.safetensors', 'ddpm-mine', folder).toThrow('holds a model already');
  await refused('unet2d.safetensors', 'digits', folder).toThrow('holds no model of diffusers');
});

test('nothing is overwritten unless that is said, and nothing is replaced by itself', async () => {
  await refused('ckpt.pt', 'a.safetensors', flags).toMatchObject({ code: 'file-exists' });
  await converted('ckpt.pt', 'a.safetensors', { ...flags, overwrite: true, weights: 'model' });
  expect(tensorsOf('a.safetensors')).toEqual(await weightsOf(1));
  await refused('ckpt.pt', 'run', flags).toMatchObject({ code: 'run-exists' });
  await refused('ckpt.pt', 'digits', flags).toThrow('is not empty and holds no run');
  await refused('run/checkpoints/step-00000002', 'run', { overwrite: true }).toThrow('choose another target');
});

test('what has no such form is refused in a sentence', async () => {
  await refused('ckpt.pt', 'model.pt').toThrow(
    "model.pt: a file's name must end in .safetensors or .onnx, a folder's in a slash.",
  );
  await refused('ckpt.pt', 'model.onx').toThrow('a slash, perhaps .onnx.');
  await refused('ckpt.pt', 'model', { format: 'safetensors' }).toThrow('a file that ends in .safetensors');
  await refused('ckpt.pt', 'b.safetensors', { format: 'run' }).toThrow('--format run is a folder');
  await refused('ckpt.pt', 'half', { ...flags, dtype: 'f16' }).toThrow('A run keeps its weights as f32');
  await refused('ckpt.pt', 'flow', { ...flags, schedule: 'flow' }).toThrow("this model's is flow");
  await refused('a.safetensors', 'c.safetensors', { weights: 'ema' }).toThrow('`weights` chooses from a run');
  await refused('none.pt', 'c.safetensors').toMatchObject({ code: 'model-missing' });
});

test('a UNet2DModel that others trained becomes a run, which trains on with its own network', async () => {
  const config = {
    ...{ sample_size: 16, in_channels: 1, out_channels: 1, norm_num_groups: 4, layers_per_block: 1 },
    ...{ block_out_channels: [8, 16], attention_head_dim: 8 },
    ...{ down_block_types: ['DownBlock2D', 'AttnDownBlock2D'], up_block_types: ['AttnUpBlock2D', 'UpBlock2D'] },
  } as const;
  const network = createUNet2D(config, { seed: 4 });
  writeFileSync(at('theirs.safetensors'), writeSafetensors(await network.exportParameters(network.parameters)));
  network.dispose();
  await converted('theirs.safetensors', 'runs/theirs');
  await converted('runs/theirs', 'theirs-back.safetensors');
  expect(tensorsOf('theirs-back.safetensors')).toEqual(tensorsOf('theirs.safetensors'));
  await resume(at('runs/theirs'), { steps: 1, data: at('digits'), json: true }, quietHost());
  const begun = { data: at('digits'), from: at('theirs.safetensors'), conditional: true, batchSize: 2, steps: 1 };
  await train({ ...begun, samples: 2, previewSteps: 1, out: at('begun') });
  await expect(train({ ...begun, out: at('no'), network: { type: 'unet2d', blockChannels: [32] } })).rejects.toThrow(
    /in the network of .*theirs\.safetensors/,
  );
});

test('a model of scores is the same as a folder of diffusers and as a file, and no run', async () => {
  for (const folder of ['ncsnpp/unet', 'ncsnpp/scheduler']) mkdirSync(at(folder), { recursive: true });
  const index = { _class_name: 'ScoreSdeVePipeline', scheduler: ['diffusers', 'ScoreSdeVeScheduler'] };
  writeFileSync(at('ncsnpp/model_index.json'), JSON.stringify(index));
  writeFileSync(at('ncsnpp/scheduler/scheduler_config.json'), scores.network.config);
  writeFileSync(at('ncsnpp/unet/config.json'), JSON.stringify(scores.network.unet));
  writeFileSync(at('ncsnpp/unet/diffusion_pytorch_model.safetensors'), writeSafetensors(goldenFile('ncsnpp')));
  await converted('ncsnpp', 'ncsnpp.safetensors');
  await converted('ncsnpp.safetensors', 'ncsnpp-again', { format: 'diffusers' });
  await refused('ncsnpp.safetensors', 'ncsnpp-run').toThrow('convert it to a .safetensors file');
  const draw = async (source: string, options: object = {}) => {
    using model = await openModel(at(source));
    return (await drawImages(model, { count: 1, steps: 5, seed: 3, ...options })).data;
  };
  const options = [{}, { sampler: 'heun' }];
  for (const each of options) {
    const drawn = await draw('ncsnpp', each);
    for (const copy of ['ncsnpp.safetensors', 'ncsnpp-again']) {
      expect(await draw(copy, each), `${copy} ${JSON.stringify(each)}`).toEqual(drawn);
    }
  }
});
