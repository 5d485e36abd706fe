import '@tensorflow/tfjs';
import { readFileSync, writeFileSync } from 'node:fs';
import { createTrainer } from '@denoiser/trainer';
import { objectSchema, TRAINING_OPTIONS } from '@denoiser/trainer/options';
import { createUNet } from '@denoiser/unet';
import { enableProdMode, setBackend } from '@tensorflow/tfjs-core';
import { Command } from 'commander';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { describeError } from '../errors';
import { addTrainOptions, givenOptions } from '../train-options';
import { checkTogether } from './contradictions';
import { configFlags } from './flags';
import { COMMAND_LINE, parseConfig } from './parse-config';
import { jsonSchema } from './run-schema';
import { TRAINING_NAMES } from './training-settings';
import { upgraded } from './upgrade';
import { type GivenOptions, withFlags } from './with-flags';

beforeAll(async () => {
  enableProdMode();
  await setBackend('cpu');
});

const config = (input: object = {}, source = 'run.json') => parseConfig({ data: '/pictures', ...input }, source);
const flags = configFlags();
/** What the words of a command line say, by the paths of a configuration. */
function given(words: string): GivenOptions {
  const command = addTrainOptions(new Command('train').exitOverride(), flags);
  command.parse(words.split(' ').filter(Boolean), { from: 'user' });
  return givenOptions(command, flags).given;
}
const flagged = (words: string, base: object = {}) => config(withFlags({ ...base }, given(words)), COMMAND_LINE);

test("the published schema is that of this version ('npm run schema' writes it)", () => {
  const file = new URL('../../schema.json', import.meta.url);
  if (process.env.WRITE_SCHEMA === '1') writeFileSync(file, `${JSON.stringify(jsonSchema(), null, 2)}\n`);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(jsonSchema());
});

test('the options under training are those of the trainer, with its defaults', () => {
  const model = createUNet({ baseWidth: 4, timeDim: 2 });
  const trainer = createTrainer({ model, seed: 0, batchSize: 12 });
  expect(TRAINING_NAMES.toSorted()).toEqual(Object.keys(trainer.options).sort());
  const { process, ...ours } = config().training;
  const { process: theirs, ...others } = trainer.options;
  expect(ours).toEqual(others);
  expect(process).toEqual({ ...theirs, betaStart: 1e-4, betaEnd: 0.02 });
  trainer.dispose();
  model.dispose();
});

test('every kind of every option is taken by the trainer as it is by the schema', () => {
  const model = createUNet({ baseWidth: 4, timeDim: 2 });
  const kinds: object[] = [
    ...['linear', 'scaled-linear', 'sigmoid-beta', 'cosine', 'sigmoid-alpha-bar', 'laplace', 'exponential'].map(
      (type) => ({ process: { type, steps: 100 } }),
    ),
    { process: { type: 'linear', zeroTerminalSnr: true }, prediction: 'v' },
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
    /no training option training\.ema\.halfLife; choose one of training\.ema\./,
  ],
  [
    'a kind that does not exist',
    { training: { weighting: { type: 'minsnr' } } },
    /training\.weighting\.type is "minsnr"; give one of uniform, min-snr, p2, perhaps min-snr\./,
  ],
  ['a word that does not exist', { training: { prediction: 'eps' } }, /epsilon, x0, v, perhaps epsilon\./],
  ['a number out of range', { keep: -1 }, /^run\.json: keep is -1 \(.*\)\.$/],
  ['a text for a number', { training: { batchSize: '4' } }, /training\.batchSize is "4"/],
  [
    'noise in more steps than there can be',
    { training: { process: { steps: 1e9 } } },
    /steps is 1000000000; give .* to 100000\.$/,
  ],
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
    training: { batchSize: 5, process: { type: 'linear', steps: 500 }, ema: { type: 'half-life', halfLife: 10 } },
  };
  expect(flagged('--lr 1e-3 --steps 20 --beta-end 0.01 --ema-start 9', file)).toMatchObject({
    size: 32,
    epochs: null,
    steps: 20,
    training: {
      batchSize: 5,
      learningRate: 1e-3,
      process: { type: 'linear', steps: 500, betaStart: 1e-4, betaEnd: 0.01 },
      ema: { type: 'half-life', halfLife: 10, startStep: 9 },
    },
  });
  expect(flagged('--schedule cosine --ema-decay 0.9', file).training).toMatchObject({
    process: { type: 'cosine', steps: 500 },
    ema: { type: 'decay', decay: 0.9, startStep: 2000 },
  });
  expect(flagged('--lr-schedule cosine --warmup 10').training.learningRateSchedule).toEqual({
    type: 'cosine',
    warmup: 10,
    steps: null,
    final: 0,
  });
  expect(flagged('--schedule angle --prediction v').training).toMatchObject({
    process: { type: 'angle', steps: 1000 },
    prediction: 'v',
  });
  expect(flagged('')).toEqual(config());
});

test.each<[words: string, base: object, message: RegExp]>([
  ['--beta-end 1e-5', {}, /--beta-end 0\.00001 is below --beta-start 0\.0001/],
  [
    '--schedule cosine --beta-end 0.1',
    {},
    /no training option --beta-end; choose one of --noise-steps, --schedule-offset, --schedule-max-beta, --zero-snr\.$/,
  ],
  ['--micro-batch-size 20', {}, /--micro-batch-size 20 is more than the 12 images/],
  ['--ema-decay 0.9 --ema-half-life 100', {}, /--ema-decay and --ema-half-life/],
  ['--warmup 50 --steps 50', {}, /--warmup 50 takes all of the 50 steps/],
  ['--lr-schedule one-cycle --warmup 5', {}, /no training option --warmup;/],
  ['--guidance 2', {}, /--guidance is for classes; give --conditional/],
  ['--preview-steps 30 --noise-steps 20', {}, /--preview-steps 30 is more than the 20/],
  ['--noise-steps 1000000000', {}, /--noise-steps must be a whole number.*100,?000/],
  ['--schedule edm --prediction v', {}, /--schedule edm says itself.*--prediction/],
  ['--network edm --schedule cosine', {}, /take --network unet2d/],
  ['--schedule angle', {}, /--schedule angle ends in noise alone.*--prediction v/],
  ['', { classNames: ['a'] }, /conditional is false/],
  ['', { training: { process: { type: 'linear', zeroTerminalSnr: true } } }, /--prediction v/],
])('%j with %j contradict each other', (words, base, message) => {
  let told = '';
  try {
    checkTogether(flagged(words, base), given(words));
  } catch (error) {
    told = describeError(error);
  }
  expect(told).toMatch(message);
});

test.each<[words: string, base: object, expected: object]>([
  ['--no-flip --augment', { flip: true, augment: false }, { flip: false, augment: true }],
  ['--grey', {}, { channels: 1 }],
  ['--no-grey', { channels: 1 }, { channels: 3 }],
  ['--learned-variance', {}, { training: { variance: { type: 'learned-range', vlbWeight: 0.001 } } }],
  [
    '--no-learned-variance',
    { training: { variance: { type: 'learned-range' } } },
    { training: { variance: { type: 'fixed' } } },
  ],
  ['--post-hoc-ema', {}, { training: { postHocEma: { sigmaRel: [0.05, 0.1] } } }],
  ['--no-post-hoc-ema', { training: { postHocEma: {} } }, { training: { postHocEma: null } }],
  ['--post-hoc-ema-sigma-rel 0.07,0.2', {}, { training: { postHocEma: { sigmaRel: [0.07, 0.2] } } }],
  ['--betas 0.8,0.95', {}, { training: { betas: [0.8, 0.95] } }],
  ['--schedule sigmoid', {}, { training: { process: { type: 'sigmoid-alpha-bar', steps: 1000 } } }],
  ['--weighting p2 --weighting-k 2', {}, { training: { weighting: { type: 'p2', k: 2, gamma: 1 } } }],
  ['--weighting-k 2', {}, { training: { weighting: { type: 'p2', k: 2 } } }],
  ['--ema-half-life 500', {}, { training: { ema: { type: 'half-life', halfLife: 500 } } }],
  ['--sample-every 500steps --checkpoint-every never', {}, { sampleEvery: { steps: 500 }, checkpointEvery: {} }],
])('%j over %j gives %j', (words, base, expected) => {
  expect(flagged(words, base)).toMatchObject(expected);
});

test('every option of the trainer that a word can say has a flag, and no two have the same', () => {
  const names = flags.map(({ words }) => words.split(' ')[0]);
  expect(new Set(names).size).toBe(names.length);
  const options = new Set(flags.map(({ path }) => path.split('.')[1]));
  expect(TRAINING_NAMES.filter((name) => !options.has(name))).toEqual([]);
  expect(flags.filter(({ help }) => help === '').map(({ path }) => path)).toEqual([]);
});

test("an option that is added to the trainer's table has its flag, its help and its place in the schema", () => {
  const skyBend = { ...TRAINING_OPTIONS.weightDecay, about: 'how far the sky bends', fallback: 0.25 };
  const training = objectSchema({ ...TRAINING_OPTIONS, skyBend });
  const command = addTrainOptions(new Command('train').exitOverride(), configFlags({ properties: { training } }));
  expect(command.helpInformation().replace(/\s+/g, ' ')).toContain(
    '--sky-bend <number> how far the sky bends (default: 0.25)',
  );
  command.parse(['--sky-bend', '0.5'], { from: 'user' });
  expect(command.opts()).toMatchObject({ skyBend: 0.5 });
  expect(() => command.parse(['--sky-bend', '-1'], { from: 'user' })).toThrow(
    "--sky-bend must be a number from 0, got '-1'.",
  );
  expect(training).toMatchObject({ properties: { skyBend: { description: 'how far the sky bends', default: 0.25 } } });
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
    format: 5,
    steps: 5,
    ...{ sampleEvery: {}, checkpointEvery: {} },
    training: {
      ...{ seed: 7, batchSize: 3, learningRate: 1e-3, weightDecay: 0, labelDropout: 0.2 },
      process: { type: 'sigmoid-alpha-bar', steps: 20 },
      ema: { type: 'decay', decay: 0.9, startStep: 1 },
    },
  });
});

test('the widths of format 4, which knew one network, are those of the original; in a file by hand, too', () => {
  for (const format of [{ format: 4 }, {}]) {
    const { network } = parseConfig({ ...format, data: '/pictures', baseWidth: 8 }, 'old');
    expect(network).toEqual({ type: 'original', baseWidth: 8, timeDim: 256 });
  }
});

describe('the network', () => {
  const of = (flags: string) => flagged(flags);

  it('is the original unless another is named, and then what the size decides is written down', () => {
    expect(of('--size 16').network).toEqual({ type: 'original', baseWidth: 64, timeDim: 256 });
    for (const [size, blocks] of [
      [16, 2],
      [32, 3],
      [64, 4],
      [96, 4],
    ]) {
      const { network } = of(`--size ${size} --network unet2d`);
      expect(network).toEqual({
        ...{ type: 'unet2d', layers: expect.any(Number) },
        ...{ attentionAt: expect.any(Array), blockChannels: expect.any(Array) },
      });
      expect('blockChannels' in network && network.blockChannels).toHaveLength(blocks as number);
    }
  });

  it('takes its sizes from flags', () => {
    expect(of('--network unet2d --block-channels 64,128 --layers 2 --attention-at 16,8').network).toEqual({
      ...{ type: 'unet2d', blockChannels: [64, 128] },
      ...{ layers: 2, attentionAt: [16, 8] },
    });
    expect(() => of('--network unet2d --block-channels 40')).toThrow(/network.* is/);
  });

  it('is given by its sizes or whole, not both', () => {
    const network = { type: 'unet2d', config: { block_out_channels: [32] } } as const;
    expect(config({ network }).network).toEqual(network);
    expect(() => config({ network: { ...network, layers: 1 } })).toThrow(/network\.config.*network\.layers/);
  });

  it('edm brings its noise', () => {
    expect(of('--network edm').training.process).toEqual({ type: 'edm', steps: 1000 });
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

test('the noise of format 3, where it was called a schedule, is what it was; in a file by hand, too', () => {
  const schedule = { type: 'cosine', steps: 50 };
  for (const format of [{ format: 3 }, {}]) {
    const { training } = parseConfig({ ...format, data: '/pictures', training: { schedule, batchSize: 3 } }, 'old');
    expect(training).toMatchObject({ process: schedule, batchSize: 3 });
    expect(training).not.toHaveProperty('schedule');
  }
});

test('every switch of the run has its opposite on the command line', () => {
  const options = configFlags();
  const given = (...args: string[]) => {
    const command = addTrainOptions(new Command().exitOverride(), options);
    command.parse(args, { from: 'user' });
    return givenOptions(command, options).given;
  };
  for (const { words, path } of options.filter(({ parse }) => parse === undefined)) {
    expect(given(words)).toEqual({ [path]: true });
    expect(given(words.replace('--', '--no-'))).toEqual({ [path]: false });
  }
  expect(given()).toEqual({});
});
