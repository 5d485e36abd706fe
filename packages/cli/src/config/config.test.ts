import { Command } from 'commander';
import '@tensorflow/tfjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { createTrainer } from '@denoiser/trainer';
import { createUNet } from '@denoiser/unet';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { describeError } from '../errors';
import { addTrainOptions, givenFlags } from '../train-options';
import { checkTogether } from './contradictions';
import { type TrainFlags, withFlags } from './flags';
import { COMMAND_LINE, parseConfig } from './parse-config';
import { jsonSchema } from './run-schema';
import { TRAINING_NAMES } from './training-settings';
import { upgraded } from './upgrade';

beforeAll(async () => {
  enableProdMode();
  await setBackend('cpu');
});

const config = (input: object = {}, source = 'run.json') => parseConfig({ data: '/pictures', ...input }, source);
const flagged = (flags: TrainFlags, base: object = {}) => config(withFlags({ ...base }, flags), COMMAND_LINE);

test("the published schema is that of this version ('npm run schema' writes it)", () => {
  const file = new URL('../../schema.json', import.meta.url);
  if (process.env.WRITE_SCHEMA === '1') writeFileSync(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(jsonSchema());
});

test('the options under training are those of the trainer, with its defaults', () => {
  const model = createUNet({ baseWidth: 4, timeDim: 2 });
  const trainer = createTrainer({ model, seed: 0, batchSize: 12 });
  expect(TRAINING_NAMES.toSorted()).toEqual(Object.keys(trainer.options).sort());
  const { schedule, ...ours } = config().training;
  const { schedule: theirs, ...others } = trainer.options;
  expect(ours).toEqual(others);
  expect(schedule).toEqual({ ...theirs, betaStart: 1e-4, betaEnd: 0.02 });
  trainer.dispose();
  model.dispose();
});

test('every kind of every option is taken by the trainer as it is by the schema', () => {
  const model = createUNet({ baseWidth: 4, timeDim: 2 });
  const kinds: object[] = [
    ...['linear', 'scaled-linear', 'sigmoid-beta', 'cosine', 'sigmoid-alpha-bar', 'laplace', 'exponential'].map(
      (type) => ({ schedule: { type, steps: 100 } }),
    ),
    { schedule: { type: 'linear', zeroTerminalSnr: true }, prediction: 'v' },
    { learningRateSchedule: { type: 'cosine', steps: 10, warmup: 2 } },
    { learningRateSchedule: { type: 'one-cycle', steps: 10 } },
    { weighting: { type: 'min-snr' } },
    { weighting: { type: 'p2', gamma: 0.5 } },
    { timesteps: { type: 'loss-second-moment' } },
    { ema: { type: 'half-life', halfLife: 1000, warmup: true } },
    { postHocEma: {} },
    { labelDropoutPer: 'sample', offsetNoise: 0.1, maxGradientNorm: 1, microBatchSize: 3 },
  ];
  for (const training of kinds) {
    const { learningRateSchedule: rate, ...rest } = config({ training }).training;
    const learningRateSchedule = { ...rate } as never;
    const trainer = createTrainer({ model, ...rest, learningRateSchedule });
    expect(trainer.options).toMatchObject(training);
    trainer.dispose();
  }
  model.dispose();
});

test.each<[what: string, input: object, message: RegExp]>([
  ['an unknown option', { epoch: 3 }, /^run\.json: there is no option epoch; the nearest is epochs\.$/],
  [
    'one inside',
    { training: { learningrate: 1 } },
    /no training option training\.learningrate; .* training\.learningRate\./,
  ],
  [
    'one of a kind',
    { training: { ema: { type: 'decay', halfLife: 3 } } },
    /no training option training\.ema\.halfLife; the nearest is training\.ema\./,
  ],
  [
    'a kind that does not exist',
    { training: { weighting: { type: 'minsnr' } } },
    /training\.weighting\.type is "minsnr"; give one of uniform, min-snr, p2, perhaps min-snr\./,
  ],
  ['a word that does not exist', { training: { prediction: 'eps' } }, /epsilon, x0, v, perhaps epsilon\./],
  ['a number out of range', { keep: -1 }, /^run\.json: keep is -1 \(.*\)\.$/],
  ['a text for a number', { training: { batchSize: '4' } }, /training\.batchSize is "4"/],
  ['another format', { format: 7 }, /format is 7/],
  ['a bad interval', { sampleEvery: 'always' }, /sampleEvery is "always"/],
])('%s is refused with what would be right', (_, input, message) => {
  expect(() => config(input)).toThrow(message);
});

test('what is no object is refused', () => {
  expect(() => parseConfig([], 'run.json')).toThrow('run.json: it has to be an object of options.');
  expect(() => parseConfig({}, 'run.json')).toThrow('run.json: data is missing.');
});

test('flags go before the file, and only what they say', () => {
  const file = {
    size: 32,
    epochs: 7,
    training: { batchSize: 5, schedule: { type: 'linear', steps: 500 }, ema: { type: 'half-life', halfLife: 10 } },
  };
  expect(flagged({ lr: 1e-3, steps: 20, betaEnd: 0.01, emaStart: 9 }, file)).toMatchObject({
    size: 32,
    epochs: null,
    steps: 20,
    training: {
      batchSize: 5,
      learningRate: 1e-3,
      schedule: { type: 'linear', steps: 500, betaStart: 1e-4, betaEnd: 0.01 },
      ema: { type: 'half-life', halfLife: 10, startStep: 9 },
    },
  });
  expect(flagged({ schedule: 'cosine', emaDecay: 0.9 }, file).training).toMatchObject({
    schedule: { type: 'cosine', steps: 500 },
    ema: { type: 'decay', decay: 0.9, startStep: 2000 },
  });
  expect(flagged({ lrSchedule: 'cosine', warmup: 10 }).training.learningRateSchedule).toEqual({
    type: 'cosine',
    warmup: 10,
    steps: null,
    final: 0,
  });
  expect(flagged({})).toEqual(config());
});

test.each<[flags: TrainFlags, base: object, message: RegExp]>([
  [{ betaEnd: 1e-5 }, {}, /--beta-end 0\.00001 is below --beta-start 0\.0001/],
  [{ schedule: 'cosine', betaEnd: 0.1 }, {}, /no training option --beta-end; the nearest is --noise-steps\.$/],
  [{ microBatchSize: 20 }, {}, /--micro-batch-size 20 is more than the 12 images/],
  [{ emaDecay: 0.9, emaHalfLife: 100 }, {}, /--ema-decay and --ema-half-life/],
  [{ warmup: 50, steps: 50 }, {}, /--warmup 50 takes all of the 50 steps/],
  [{ lrSchedule: 'one-cycle', warmup: 5 }, {}, /no training option --warmup;/],
  [{ guidance: 2 }, {}, /--guidance is for classes; give --conditional/],
  [{ previewSteps: 30, noiseSteps: 20 }, {}, /--preview-steps 30 is more than the 20/],
  [{}, { classNames: ['a'] }, /conditional is false/],
  [{}, { training: { schedule: { type: 'linear', zeroTerminalSnr: true } } }, /--prediction v/],
])('%j with %j contradict each other', (flags, base, message) => {
  let told = '';
  try {
    checkTogether(flagged(flags, base), flags);
  } catch (error) {
    told = describeError(error);
  }
  expect(told).toMatch(message);
});

test('a configuration of format 1 means what it meant', () => {
  const old = {
    ...{ format: 1, versions: {}, data: '/pictures', conditional: true, classNames: ['a'], size: 16, channels: 3 },
    ...{
      augment: true,
      baseWidth: 8,
      timeDim: 32,
      schedule: 'sigmoid',
      noiseSteps: 20,
      betaStart: 1e-4,
      betaEnd: 0.02,
    },
    ...{
      epochs: null,
      steps: 5,
      batchSize: 3,
      lr: 1e-3,
      weightDecay: 0,
      emaDecay: 0.9,
      emaStart: 1,
      dropoutLabels: 0.2,
    },
    ...{ seed: 7, device: 'auto', samples: null, sampleEvery: 'never', checkpointEvery: 'never', keep: 3 },
    ...{ previewSteps: 4, guidance: 3 },
  };
  expect(parseConfig(upgraded(old), 'old')).toMatchObject({
    format: 3,
    steps: 5,
    ...{ sampleEvery: {}, checkpointEvery: {} },
    training: {
      ...{ seed: 7, batchSize: 3, learningRate: 1e-3, weightDecay: 0, labelDropout: 0.2 },
      schedule: { type: 'sigmoid-alpha-bar', steps: 20 },
      ema: { type: 'decay', decay: 0.9, startStep: 1 },
    },
  });
});

test('intervals of format 2 mean what they meant', () => {
  const old = {
    format: 2,
    data: '/pictures',
    sampleEvery: { every: 500, unit: 'step' },
    checkpointEvery: { every: 2, unit: 'epoch' },
  };
  expect(parseConfig(old, 'old')).toMatchObject({ sampleEvery: { steps: 500 }, checkpointEvery: { epochs: 2 } });
});

test('every switch undoes what a file of options says', () => {
  const file = {
    data: 'x',
    conditional: true,
    channels: 1,
    augment: false,
    flip: true,
    training: {
      ema: { type: 'decay', warmup: true },
      postHocEma: {},
      variance: { type: 'learned-range' },
      recompute: true,
    },
  };
  const undone = flagged(
    {
      ...{ conditional: false, grey: false, augment: true, flip: false, emaWarmup: false, postHocEma: false },
      ...{ learnedVariance: false, recompute: false },
    },
    file,
  );
  expect(undone).toMatchObject({ conditional: false, channels: 3, augment: true, flip: false });
  expect(undone.training).toMatchObject({
    ema: { warmup: false },
    postHocEma: null,
    variance: { type: 'fixed' },
    recompute: false,
  });
});

test('every switch of the run has its opposite on the command line', () => {
  const given = (...args: string[]) => {
    const command = addTrainOptions(new Command().exitOverride());
    command.parse(args, { from: 'user' });
    return givenFlags(command);
  };
  for (const name of [
    'conditional',
    'grey',
    'augment',
    'flip',
    'ema-warmup',
    'post-hoc-ema',
    'learned-variance',
    'recompute',
  ]) {
    const key = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
    expect(given(`--${name}`)).toEqual({ [key]: true });
    expect(given(`--no-${name}`)).toEqual({ [key]: false });
  }
  expect(given()).toEqual({});
});
